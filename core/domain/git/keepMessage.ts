/** What a keep says about itself in its commit message. */
export interface KeepNote {
  readonly task: string
  readonly attempt: string
  readonly reason: string
  readonly files: number
  /** What could not be taken along, each as a person reads it. */
  readonly left: readonly string[]
  /** Trees and commits beside the kept files, by name: `Head`, `Index`, `Notes`. */
  readonly parts: Readonly<Record<string, string>>
}

const most = 200

/** One line, whatever the text holds. */
const line = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

const quoted = (text: string): string => (/^[ -!#-~]+$/.test(text) ? text : JSON.stringify(text))

/** The message of a keep: for a person first, and as trailers for `readKeepMessage`. */
export const keepMessage = (note: KeepNote): string => {
  const reason = line(note.reason)
  const hidden = note.left.length - most
  const left =
    note.left.length === 0
      ? []
      : ["Not kept:", ...note.left.slice(0, most).map((each) => `- ${quoted(each)}`), ...(hidden > 0 ? [`- and ${hidden} more`] : []), ""]
  return [
    `keep: task ${note.task}, attempt ${note.attempt}: ${reason}`.slice(0, 200),
    "",
    ...left,
    `Task: ${line(note.task)}`,
    `Attempt: ${line(note.attempt)}`,
    `Files: ${note.files}`,
    `Left: ${note.left.length}`,
    ...Object.entries(note.parts).map(([name, oid]) => `${name}: ${oid}`),
    `Reason: ${reason}`,
    "",
  ].join("\n")
}

/** Reads a keep's message back; nothing when it isn't one. */
export const readKeepMessage = (message: string): KeepNote | undefined => {
  if (!message.startsWith("keep: ")) return undefined
  const rows = message.trimEnd().split("\n")
  const trailers = rows.slice(rows.lastIndexOf("") + 1).flatMap((row): [string, string][] => {
    const at = row.indexOf(": ")
    return at < 0 ? [] : [[row.slice(0, at), row.slice(at + 2)]]
  })
  const { Task: task, Attempt: attempt, Files: files, Left: _left, Reason: reason, ...parts } = Object.fromEntries(trailers)
  if (task === undefined || attempt === undefined) return undefined
  const left = rows.filter((row) => row.startsWith("- ")).map((row) => unquoted(row.slice(2)))
  return { task, attempt, reason: reason ?? "", files: Number(files ?? 0), left, parts }
}

const unquoted = (text: string): string => {
  if (!text.startsWith('"')) return text
  const read: unknown = JSON.parse(text)
  return String(read)
}

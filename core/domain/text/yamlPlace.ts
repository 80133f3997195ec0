import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml"
import type { Problem } from "./problem.ts"

export type Path = readonly PropertyKey[]

/** A YAML or JSON text that was read, and where each of its values stands. */
export interface YamlText {
  readonly file: string | undefined
  /** The plain value; undefined when the text can't be read at all. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Line and column of a value; of what is nearest around it when it is missing. */
  readonly at: (path: Path) => { readonly line: number; readonly column: number }
  /** The same for the key that a value stands under. */
  readonly keyAt: (path: Path) => { readonly line: number; readonly column: number }
  /** A single value as it was written: `0012` and `1e3` are names as well as numbers. */
  readonly written: (path: Path) => string | undefined
}

/** A path as a person writes it: `gates.test.run[0]`. */
export const fieldOf = (path: Path): string =>
  path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`),
    "",
  )

/** The value at a path of plain data. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined), value)

/** A parsed text, and where it stands in its file. */
interface Parsed {
  readonly file: string | undefined
  readonly document: Document.Parsed
  /** The place of a character in the file. */
  readonly place: (offset: number) => { readonly line: number; readonly column: number }
}

/**
 * Reads one YAML document (JSON is YAML) and remembers places.
 *
 * A syntax error is told once, without what follows from it; keys that are given twice are told each.
 * `firstLine` is where the text begins in its file, for front matter and fenced blocks.
 */
export const readYaml = (text: string, options: { readonly file?: string | undefined; readonly firstLine?: number } = {}): YamlText => {
  const { file, firstLine = 1 } = options
  const lines = new LineCounter()
  // Without `logLevel` the library warns on the process itself, past every view.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1) + firstLine - 1, column: Math.max(col, 1) }
  }
  const start = (node: Node | undefined) => place(node?.range?.[0] ?? 0)
  return {
    file,
    ...read({ file, document, place }),
    at: (path) => {
      const { key, node, whole } = find(document, path)
      return start(whole ? node : (key ?? node))
    },
    keyAt: (path) => {
      const { key, node } = find(document, path)
      return start(key ?? node)
    },
    written: (path) => {
      const { node, whole } = find(document, path)
      if (!whole || !isScalar(node)) return undefined
      return typeof node.value === "string" ? node.value : (node.source ?? String(node.value))
    },
  }
}

/** The node at a path, or the last one on the way to it, with the key that it stands under. */
const find = (
  document: Document.Parsed,
  path: Path,
): { readonly key: Node | undefined; readonly node: Node | undefined; readonly whole: boolean } => {
  let node: Node | undefined = document.contents ?? undefined
  let key: Node | undefined
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    let next: unknown
    // Where a list is asked for, a single value stands for a list of one.
    if (isScalar(node) && part === 0) continue
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      if (!pair) return { key, node, whole: false }
      key = isNode(pair.key) ? pair.key : undefined
      next = pair.value ?? pair.key
    } else if (isSeq(node)) {
      next = node.items[Number(part)]
      key = isNode(next) ? next : key
    }
    if (!isNode(next)) return { key, node, whole: false }
    node = next
  }
  return { key, node, whole: true }
}

const read = (parsed: Parsed): Pick<YamlText, "value" | "problems"> => {
  const { document } = parsed
  const broken = document.errors.find((error) => error.code !== "DUPLICATE_KEY")
  if (broken) return { value: undefined, problems: [problemOf(parsed, broken)] }
  try {
    return { value: document.toJS(), problems: document.errors.map((error) => problemOf(parsed, error)) }
  } catch (error) {
    // Aliases that multiply beyond measure, or that name nothing.
    const message = error instanceof Error ? error.message : String(error)
    return { value: undefined, problems: [problemOf(parsed, { pos: [0, 0], message, code: "" })] }
  }
}

interface Fault {
  readonly pos: readonly [number, number]
  readonly message: string
  readonly code: string
}

const problemOf = ({ file, document, place }: Parsed, { pos, message, code }: Fault): Problem => {
  const twice = code === "DUPLICATE_KEY"
  return {
    ...(file === undefined ? {} : { file }),
    ...place(openedAt(document, pos[0])),
    message: twice ? "this key is given twice" : `can't be read: ${message}`,
    hint: twice ? "keep one of the two" : 'check the indentation and the brackets here; a text with ": " or " #" in it needs quotes',
  }
}

/** A quote that never closes is noticed at the end of the text; where it opened is what a person looks for. */
const openedAt = (document: Document.Parsed, offset: number): number => {
  let opened = offset
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith("QUOTE_") && range && range[0] < offset && range[1] >= offset) opened = range[0]
    },
  })
  return opened
}

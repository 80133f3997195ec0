import { draftOf, type Known, type Read } from "./planDraft.ts"

/** Tasks from arguments: `"Add login page" "Security scan:security-specialist"`. */
export const readArguments = (args: readonly string[], known: Known): Read => ({
  drafts: args.map((text, index) => draftOf(text, known, () => ({ field: `argument ${index + 1}` }))),
  // A runtime has put this sign in the place of bytes that are no UTF-8, and which letter that was is gone.
  problems: args.flatMap((text, index) =>
    text.includes("\uFFFD")
      ? [{ field: `argument ${index + 1}`, message: "is not written in UTF-8", hint: "say it in UTF-8, or in a file: --from tasks.txt" }]
      : [],
  ),
})

/** Tasks from a text file: one a line, `#` comments, blank lines; `\#789 …` is a task that begins with a hash. */
export const readLines = (text: string, file: string, known: Known): Read => ({
  drafts: text.split(/\r?\n/).flatMap((raw, index) => {
    const line = (index === 0 ? raw.replace(/^\uFEFF/, "") : raw).trim()
    if (line === "" || line.startsWith("#")) return []
    return [draftOf(line.replace(/^\\#/, "#"), known, () => ({ file, line: index + 1 }))]
  }),
  problems: [],
})

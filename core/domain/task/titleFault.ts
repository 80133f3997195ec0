/** Titles stand in environment variables, commit subjects and lists, none of which take a page of text. */
const mostBytes = 1_000

/** Why a title is none, or nothing when it is fine. */
export const titleFault = (title: string): { readonly message: string; readonly hint: string } | undefined => {
  const bytes = new TextEncoder().encode(title).length
  if (bytes <= mostBytes) return undefined
  return {
    message: `the title is too long: ${bytes} bytes`,
    hint: `more than ${mostBytes} can't be taken: say it in one line, and the rest in the prompt`,
  }
}

/** A word as a POSIX shell has to read it, for commands that a person copies; osier itself never runs one. */
export const quoteWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

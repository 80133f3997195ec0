/** One package whose code is inside of osier, with the words under which its authors give it away. */
export interface Notice {
  readonly name: string
  readonly version: string
  /** An SPDX expression, as `MIT`. */
  readonly license: string
  readonly text: string
}

const rule = "-".repeat(80)

/** All notices as one text for people: a list first, then each licence in full. */
export const noticesText = (notices: readonly Notice[]): string => {
  const wide = Math.max(0, ...notices.map(({ name, version }) => name.length + version.length + 1))
  const list = notices.map(({ name, version, license }) => `${`${name} ${version}`.padEnd(wide)}  ${license}`)
  const texts = notices.map(({ name, version, license, text }) => `${rule}\n${name} ${version} (${license})\n\n${text.trim()}`)
  return ["This program holds code of:", "", ...list, "", ...texts].join("\n")
}

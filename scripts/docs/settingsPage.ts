import { settingsDocs, variableOf } from "../../core/domain/settings/settingsDocs.ts"
import { code, page, prose, table } from "./markdown.ts"

/** The reference of `osier.yaml`: every key with its default, its variable and its meaning. */
export const settingsPage = (): string =>
  page(
    "Settings",
    [
      "The keys of `osier.yaml`, the file at the root of your repository. Every key is optional. A key that osier does not know is an error",
      "with line and column.",
    ].join("\n"),
    [
      "A flag beats a variable, and a variable beats the file. A key without a variable can stand only in the file.",
      "`osier schema` prints this list, and `osier schema settings --json` the JSON Schema for editors.",
    ].join("\n"),
    table(
      ["Key", "Default", "Variable", "Meaning"],
      settingsDocs.map(({ key, kind, default: standard, meaning }) => [
        code(key),
        code(standard),
        kind === "file" ? "" : code(variableOf(key)),
        prose(meaning),
      ]),
    ),
    [
      "A command is a list of arguments. osier splits a text as a shell would, and never runs a shell for it.",
      "A duration is written as `500ms`, `90s`, `10m`, `1h30m` or `2d`; a plain number is seconds.",
      "A size is written as `800kB`, `50MB`, `2GB` (powers of 1000) or `50MiB` (powers of 1024); a plain number is bytes.",
    ].join("\n"),
  )

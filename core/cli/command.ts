/** A flag as it is declared: `-j, --jobs <n>`, `--dry-run`, `--no-tree`, `--from <file...>` (may be repeated), `--open [port]`. */
export interface Option {
  readonly flag: string
  readonly meaning: string
}

/** A verb of the command line, as data: parsing, help and completions all come from it. */
export interface Command {
  readonly name: string
  /** What follows it: `<id>` is required, `[name]` may be left out, `[...tasks]` takes the rest. */
  readonly args?: string
  /** One clause in the imperative, without a full stop. */
  readonly summary: string
  /** What one must know beyond that line. */
  readonly details?: string
  readonly options?: readonly Option[]
  /** The shape of what `--json` prints, by what is typed after the program's name: `ls`, `ls --locks`. */
  readonly json: Readonly<Record<string, string>>
  /** Whole lines as one would type them; words after `  # ` explain. */
  readonly examples: readonly string[]
  /** The heading of the help under which it stands. */
  readonly group?: string
}

/** What `--json` of a verb prints that tells what happens while it happens. */
export const eachEvent = "one event a line"

/** Flags that every verb takes. */
export const globalOptions: readonly Option[] = [
  { flag: "-C <dir>", meaning: "work in this folder instead of the current one" },
  { flag: "--json", meaning: "print JSON, one document or one event a line" },
  { flag: "-h, --help", meaning: "show this help" },
]

/** An option taken apart. */
export interface Flag {
  /** Its key in what was parsed: `dryRun` for `--dry-run`, `tree` for `--no-tree`, `C` for `-C`. */
  readonly key: string
  /** What to type: `--jobs`, or `-C` where there is no long one. */
  readonly typed: string
  readonly names: readonly string[]
  readonly value: "none" | "required" | "optional"
  readonly repeats: boolean
  readonly negated: boolean
}

/** Reads the declaration of an option. */
export const flagOf = ({ flag }: Option): Flag => {
  const names = flag.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? []
  const typed = names.find((name) => name.startsWith("--")) ?? names[0] ?? ""
  const bare = typed.replace(/^--?(no-)?/, "")
  return {
    key: bare.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    typed,
    names,
    value: flag.includes("<") ? "required" : flag.includes("[") ? "optional" : "none",
    repeats: flag.includes("..."),
    negated: typed.startsWith("--no-"),
  }
}

/** What may follow a verb: how many at least and at most, and how the first missing one is called. */
export const argsOf = ({ args = "" }: Command): { readonly names: readonly string[]; readonly least: number; readonly most: number } => {
  const names = args.match(/<[^>]+>|\[[^\]]+\]/g) ?? []
  const endless = names.some((name) => name.includes("..."))
  return { names, least: names.filter((name) => name.startsWith("<")).length, most: endless ? Infinity : names.length }
}

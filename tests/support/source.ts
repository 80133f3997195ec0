import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { parseSync, Visitor } from "rolldown/utils"

const root = join(import.meta.dirname, "..", "..")

/** Every file of the project that git tracks or would track, relative to the root. */
export const files: readonly string[] = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(join(root, file)))
  .toSorted()

export const textOf = (file: string): string => readFileSync(join(root, file), "utf8")

/** One thing found in a source file. */
export interface Spot {
  readonly text: string
  readonly line: number
}

/** What the rules of the house look at in one source file. */
export interface Source {
  readonly file: string
  readonly lines: number
  /** The file as written in every import, export from, `import()`, type import and `new URL(…, import.meta.url)`. */
  readonly imports: readonly Spot[]
  readonly comments: readonly Spot[]
  /** Every string, and every fixed part of a template. */
  readonly strings: readonly Spot[]
  /** The strings of every array literal, joined by one space: an argument list as it would be typed. */
  readonly wordLists: readonly Spot[]
  /** Every `a.b` whose left side is a plain name, and `new A()` and `A.b()` as such. */
  readonly members: readonly Spot[]
  /** Every function, by the line that it begins on, with its lines as text. */
  readonly functions: readonly Spot[]
}

const literal = (node: { readonly type: string; readonly value?: unknown } | null | undefined): string | undefined =>
  node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined

/** What a source file of that name and text holds. */
export const parseSource = (file: string, text: string): Source => {
  const { program, comments, errors } = parseSync(file, text)
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  const spot = (found: string, at: number): Spot => ({ text: found, line: lineStarts.findLastIndex((start) => start <= at) + 1 })
  const imports: Spot[] = []
  const strings: Spot[] = []
  const wordLists: Spot[] = []
  const members: Spot[] = []
  const functions: Spot[] = []
  const measure = (node: { readonly start: number; readonly end: number }) => {
    const { line } = spot("", node.start)
    functions.push({ text: String(spot("", node.end).line - line + 1), line })
  }
  const follow = (node: { readonly source: { readonly type: string; readonly value?: unknown } | null; readonly start: number }) => {
    const from = literal(node.source)
    if (from !== undefined) imports.push(spot(from, node.start))
  }
  new Visitor({
    ImportDeclaration: follow,
    ExportNamedDeclaration: follow,
    ExportAllDeclaration: follow,
    ArrowFunctionExpression: measure,
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ImportExpression: follow,
    TSImportType: follow,
    NewExpression(node) {
      if (node.callee.type !== "Identifier") return
      if (node.callee.name !== "URL") return void members.push(spot(`new ${node.callee.name}(${node.arguments.length})`, node.start))
      const [path, base] = node.arguments
      const to = path?.type === "Literal" ? literal(path) : undefined
      if (to?.endsWith(".ts") === true && base?.type === "MemberExpression" && base.object.type === "MetaProperty")
        imports.push(spot(to, node.start))
    },
    Literal(node) {
      if (typeof node.value === "string") strings.push(spot(node.value, node.start))
    },
    TemplateElement(node) {
      strings.push(spot(node.value.cooked ?? node.value.raw, node.start))
    },
    ArrayExpression(node) {
      const words = node.elements.map((element) => (element?.type === "Literal" ? (literal(element) ?? "") : "…"))
      if (words.length > 0) wordLists.push(spot(words.join(" "), node.start))
    },
    MemberExpression(node) {
      if (node.object.type === "Identifier" && node.property.type === "Identifier") {
        members.push(spot(`${node.object.name}.${node.property.name}`, node.start))
      } else if (
        node.object.type === "MemberExpression" &&
        node.object.object.type === "Identifier" &&
        node.object.property.type === "Identifier" &&
        node.property.type === "Identifier"
      ) {
        members.push(spot(`${node.object.object.name}.${node.object.property.name}.${node.property.name}`, node.start))
      }
    },
  }).visit(program)
  return {
    file,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports,
    comments: comments.map(({ value, start }) => spot(value, start)),
    strings,
    wordLists,
    members,
    functions,
  }
}

/** Every source file of the project, parsed. */
export const sources: readonly Source[] = files
  .filter((file) => /\.(ts|mts|mjs)$/.test(file))
  .map((file) => parseSource(file, textOf(file)))

const ownExports: Readonly<Record<string, string>> = JSON.parse(textOf("package.json")).exports

/** The project's file that an import leads to, or undefined when it leads out of the project. */
export const targetOf = (from: string, path: string): string | undefined => {
  if (path.startsWith(".")) return posix.normalize(posix.join(posix.dirname(from), path))
  return path === "osier" || path.startsWith("osier/") ? ownExports[path.replace("osier", ".")]?.slice(2) : undefined
}

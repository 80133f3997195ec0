import { existsSync, readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { targetOf, type Source, type Spot } from "./source.ts"

/** Looks at all sources at once and says, one line each, what is wrong where and what to do about it. */
export type Rule = (sources: readonly Source[]) => readonly string[]

const root = join(import.meta.dirname, "..", "..")

/** Which floors a floor may import, itself included. `plugin` and `kit` are the ground that everybody stands on. */
const floors: Readonly<Record<string, readonly string[]>> = {
  plugin: [],
  kit: ["kit", "plugin"],
  domain: ["domain", "plugin"],
  world: ["world", "domain", "kit", "plugin"],
  steps: ["steps", "world", "domain", "kit", "plugin"],
  engine: ["engine", "steps", "world", "domain", "kit", "plugin"],
  live: ["engine", "steps", "world", "domain", "kit", "plugin"],
  server: ["server", "engine", "steps", "world", "domain", "kit", "plugin"],
  client: ["client", "server", "world", "domain", "plugin"],
  cli: ["cli", "live", "client", "server", "engine", "steps", "world", "domain", "kit", "plugin"],
  plugins: ["plugins", "kit", "plugin"],
  worker: ["plugins", "world", "domain", "kit", "plugin"],
  osier: ["plugins", "worker", "live", "client", "server", "engine", "steps", "world", "domain", "kit", "plugin"],
  main: ["plugins", "worker", "cli", "live", "client", "server", "engine", "steps", "world", "domain", "kit", "plugin"],
  // Plain JavaScript, for a Node that can't read the rest.
  "main.mjs": ["main"],
  scripts: ["scripts", "osier", "client", "kit", "plugin"],
}

const floorOf = (file: string): string | undefined => {
  const [top, second = ""] = file.split("/")
  if (top === "core") return second.replace(/\.ts$/, "")
  return top === "plugins" || top === "scripts" ? top : undefined
}

/** What ships: held to the strictest rules. */
const ships = ({ file }: Source) => /^(core|plugins)\//.test(file)
const written = ({ file }: Source) => /^(core|plugins|scripts)\/|^[^/]+\.ts$/.test(file)
/** Every spot that is wrong, once per line. */
const each = (
  sources: readonly Source[],
  of: (source: Source) => readonly Spot[],
  wrong: (spot: Spot, source: Source) => string | undefined,
): readonly string[] =>
  sources.flatMap((source) => {
    const said = new Map<number, string>()
    for (const spot of of(source)) {
      const words = wrong(spot, source)
      if (words !== undefined && !said.has(spot.line)) said.set(spot.line, `${source.file}:${spot.line} ${words}`)
    }
    return [...said.values()]
  })

/** A bench measures what lies behind the doors, a storm beats on it, and the reference is written from it. */
const behindTheDoors = /^scripts\/(bench|storm|docs)/

/** A floor looks down, never up. */
const floorsRule: Rule = (sources) =>
  each(
    sources,
    ({ imports }) => imports,
    ({ text }, { file }) => {
      const to = targetOf(file, text)
      const [from, down] = [floorOf(file), to === undefined ? undefined : floorOf(to)]
      if (from === undefined || down === undefined || behindTheDoors.test(file)) return undefined
      const allowed = floors[from]
      if (allowed === undefined) return `is on no floor: move it to ${Object.keys(floors).join(", ")}`
      if (!allowed.includes(down))
        return `imports ${to}: ${from} may import only ${allowed.join(", ") || "nothing"}; move the code down, or the caller up`
      const [own, their] = [file, to ?? ""].map((path) => path.split("/")[1])
      if (from === "plugins" && down === "plugins" && own !== "index.ts" && own !== their)
        return `imports ${to}: a plugin imports only its own folder, core/kit and core/plugin.ts`
      return undefined
    },
  )

const edgesOf = (sources: readonly Source[]): ReadonlyMap<string, readonly string[]> => {
  const known = new Set(sources.map(({ file }) => file))
  return new Map(
    sources.map(({ file, imports }) => [file, imports.flatMap(({ text }) => targetOf(file, text) ?? []).filter((to) => known.has(to))]),
  )
}

/** The rooms of one floor: `core/engine/train` is a wing, a file that lies on the floor itself is in none. */
const wingOf = (file: string): string | undefined => /^core\/\w+\/\w+(?=\/)/.exec(file)?.[0]

/** Wings of one floor form no circle: what belongs together can be read, and moved, as one. */
const wingsRule: Rule = (sources) => {
  const arrows = new Map<string, Map<string, string>>()
  for (const [file, targets] of edgesOf(sources))
    for (const to of targets) {
      const [from, down] = [wingOf(file), wingOf(to)]
      if (from === undefined || down === undefined || from === down || floorOf(file) !== floorOf(to)) continue
      const known = arrows.get(from) ?? new Map<string, string>()
      arrows.set(from, known.set(down, known.get(down) ?? `${file} imports ${to}`))
    }
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    [...(arrows.get(from)?.keys() ?? [])].some((next) => {
      if (next === goal) return true
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(next, goal, seen)
    })
  return [...arrows].flatMap(([from, downs]) =>
    [...downs].flatMap(([down, why]) =>
      reaches(down, from) ? [`${why}, and ${down} leads back to ${from}: move what both need below both wings`] : [],
    ),
  )
}

/** No cycles; a cycle of types counts, for one can't be understood without the other. */
const cyclesRule: Rule = (sources) => {
  const edges = edgesOf(sources)
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const again = path.indexOf(file)
    if (again >= 0) return void found.push(`${[...path.slice(again), file].join(" → ")}: move what both need into a file of its own`)
    if (done.has(file)) return
    for (const to of edges.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of edges.keys()) walk(file, [])
  return found
}

/** Where programs, libraries, workers and authors come in. */
const doors = ["core/main.mjs", "core/main.ts", "core/osier.ts", "core/worker.ts", "core/client.ts", "core/plugin.ts", "core/kit/index.ts"]

/** Nothing ships that no door leads to. */
const deadRule: Rule = (sources) => {
  const edges = edgesOf(sources)
  const alive = new Set<string>()
  const walk = (file: string): void => {
    if (alive.has(file)) return
    alive.add(file)
    for (const to of edges.get(file) ?? []) walk(to)
  }
  for (const door of doors) walk(door)
  // What declares types alone is read by the compiler, wherever it lies.
  return sources
    .filter((source) => ships(source) && !source.file.endsWith(".d.ts"))
    .flatMap(({ file }) => (alive.has(file) ? [] : [`${file} is reached from no door of core/: use it or delete it`]))
}

const longest = 250
const lengthRule: Rule = (sources) =>
  sources
    .filter(written)
    .flatMap(({ file, lines }) =>
      lines > longest ? [`${file} has ${lines} lines, ${longest} are allowed: find the second noun or verb in it`] : [],
    )

const longestFunction = 70
const functionsRule: Rule = (sources) =>
  each(
    sources.filter(written),
    ({ functions }) => functions,
    ({ text }) =>
      Number(text) > longestFunction
        ? `is a function of ${text} lines, ${longestFunction} are allowed: name its parts, and take a decision apart from what is done about it`
        : undefined,
  )

const vague =
  /(^|[-_.])([Uu]til|[Hh]elper|[Cc]ommon|[Mm]isc|[Mm]anager)s?(?=[A-Z._/-])|[a-z](Util|Helper|Common|Misc|Manager)s?(?=[A-Z._/-])/
const namesRule: Rule = (sources) =>
  sources.flatMap(({ file }) =>
    file.split("/").some((part) => vague.test(`${part}/`)) ? [`${file} has a name that says nothing: name it after its noun or verb`] : [],
  )

const unfinished = /\b(TODO|FIXME|XXX|HACK|TBD)\b/
const unfinishedRule: Rule = (sources) =>
  each(
    sources.filter(({ file }) => file !== "tests/support/houseRules.ts" && file !== "tests/tidy.test.ts"),
    ({ comments, strings }) => [...comments, ...strings.filter(({ text }) => /not (yet )?implemented/i.test(text))],
    ({ text }) =>
      unfinished.test(text) || /not (yet )?implemented/i.test(text) ? "is left unfinished: do it now, or leave it out" : undefined,
  )

/** The linter refuses `any`, assertions and `!`; this refuses to silence the linter and the compiler. */
const silencedRule: Rule = (sources) =>
  each(
    sources,
    ({ comments }) => comments,
    ({ text }, { file }) => {
      if (/@ts-(ignore|nocheck)/.test(text)) return "silences the compiler: give it the types it needs"
      if (/@ts-expect-error/.test(text) && !file.startsWith("tests/")) return "silences the compiler: give it the types it needs"
      return /\b(ox|es)lint-disable/.test(text) && !/ -- \S/.test(text)
        ? "silences the linter without a reason: write `-- because …` behind it, or better, correct the code"
        : undefined
    },
  )

/** Which file may use which module of Effect that is not stable yet, so that a break in a minor version has one place. */
export const unstableOwners: Readonly<Record<string, readonly string[]>> = {}

const stabilities = new Map<string, string>()

/** Read once for each module: its declarations are long, and every file of the house asks. */
const stabilityOf = (module: string): string => {
  const known = stabilities.get(module) ?? readStability(module)
  stabilities.set(module, known)
  return known
}

const readStability = (module: string): string => {
  const base = join(root, "node_modules", "effect", "dist", module.replace(/^effect\//, ""))
  const file = existsSync(`${base}.d.ts`) ? `${base}.d.ts` : join(base, "index.d.ts")
  return /@stability (\w+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "unstable"
}

const effectRule: Rule = (sources) =>
  each(
    sources.filter(ships),
    ({ imports }) => imports,
    ({ text }, { file }) => {
      if (text === "effect") return `imports all of Effect, which costs start-up time: import * as Effect from "effect/Effect"`
      if (!text.startsWith("effect/") || stabilityOf(text) === "stable" || unstableOwners[text]?.includes(file) === true) return undefined
      return `imports ${text}, which is ${stabilityOf(text)} in Effect: use a stable module, or name this file as its owner in unstableOwners`
    },
  )

const manifest: { readonly dependencies: Record<string, string>; readonly devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
)

const packageOf = (path: string) =>
  path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/")

/** What ships imports only what is installed with it; a path of ours is written as it lies on the disk. */
const packagesRule: Rule = (sources) =>
  each(
    sources,
    ({ imports }) => imports,
    ({ text }, source) => {
      if (text.startsWith(".")) return /\.(ts|mjs|json)$/.test(text) ? undefined : `imports ${text}: write the ending, as in ${text}.ts`
      if (text.startsWith("node:")) return undefined
      if (isBuiltin(text)) return `imports ${text}: write node:${text}`
      if (targetOf(source.file, text) !== undefined)
        return ships(source) ? `imports ${text}: inside the project, import the file` : undefined
      if (ships(source) && !(packageOf(text) in manifest.dependencies)) return `imports ${text}, which is no dependency in package.json`
      return undefined
    },
  )

/** Who may ask on which runtime it runs; everything else works the same on all of them. */
export const runtimeOwners: Readonly<Record<string, string>> = {
  "core/cli/verbs/doctor.ts": "tells a person on which of them osier runs, and does nothing else with it",
}

const runtimesRule: Rule = (sources) =>
  each(
    sources.filter((source) => ships(source) && !(source.file in runtimeOwners)),
    ({ members, imports, strings }) => [...members, ...imports, ...strings.filter(({ text }) => text === "deno" || text === "bun")],
    ({ text }) =>
      /^(globalThis\.)?(Bun|Deno)\b|^process\.versions\.(bun|deno)$|^(bun|deno)(:.*)?$/.test(text)
        ? `uses ${text}, which only one runtime has: use node: modules, or name this file with its reason in runtimeOwners`
        : undefined,
  )

const pureModules = ["node:path", "node:path/posix", "node:util", "node:crypto"]
/** The domain is pure: the same answer for the same arguments, everywhere and always. */
const pureRule: Rule = (sources) =>
  each(
    sources.filter(({ file }) => file.startsWith("core/domain/")),
    ({ imports, members }) => [...imports.filter(({ text }) => text.startsWith("node:") && !pureModules.includes(text)), ...members],
    ({ text }) =>
      text.startsWith("node:") || /^(Date\.now|Math\.random|performance\.now|new Date\(0\)|crypto\.random\w+|process\.\w+)/.test(text)
        ? `uses ${text}: the domain knows no clock, no chance and no machine; take the value as an argument`
        : undefined,
  )

/** Files outside of Effect's reach that ask the machine for its time, its chance or its variables, each with the reason. */
export const machineOwners: Readonly<Record<string, string>> = {
  "core/world/machine/environment.ts": "is the variables, for everything else",
  "core/world/machine/process.ts": "measures programs from Node's own events",
  "core/world/machine/processTable.ts": "starts ps with promises, beneath every service",
  "core/world/machine/patience.ts": "tries a call of Node's again, with promises",
  "core/world/machine/folders.ts": "tries a call of Node's again, with promises",
  "core/world/machine/reaper.ts": "waits for the end of real processes",
  "core/world/machine/lockFile.ts": "compares with the times of a real disk",
  "core/world/machine/mutex.ts": "spreads and bounds its waits on real files",
  "core/world/git/settleIndex.ts": "sets back the times of real files",
  "core/world/journal/journalAppender.ts": "names the moment in which a new file begins",
  "core/world/journal/journalQueue.ts": "tries a full disk again, with promises",
  "core/server/consumer.ts": "notices a reader that stalls, with Node's streams",
  "core/client.ts": "is for programs that have no Effect",
  "core/main.ts": "is where the variables come in",
  "core/cli/program.ts": "decides before any layer stands how errors are shown",
}

/** Time, chance and variables come from Clock, Random and Environment, so that a test can set each of them. */
const machineRule: Rule = (sources) =>
  each(
    sources.filter(({ file }) => /^core\/(?!kit\/|domain\/)/.test(file) && !(file in machineOwners)),
    ({ members }) => members,
    ({ text }) =>
      /^(Date\.now|Math\.random|performance\.now|new Date\(0\)|process\.env)/.test(text)
        ? `uses ${text}: ask Clock, Random, steadyMs or Environment, or name this file with its reason in machineOwners`
        : undefined,
  )

/** Files that may write a force of git, each with the reason why nothing can be lost by it. */
export const forceOwners: Readonly<Record<string, string>> = {
  "scripts/bench/trees.ts": "the plain way that osier is measured against, in a repository that the bench has made for itself",
  "scripts/attack/kills.ts": "what the agents that are killed do in their own trees, in a repository that the attack has made for itself",
  "scripts/attack/movedRefs.ts": "what an attacking agent does in its own tree, in a repository that the attack has made for itself",
}

const forces: readonly RegExp[] = [
  /\breset\b.* --hard\b/,
  /\bclean\b.* (-[a-z]*f[a-z]*|--force)( |$)/,
  /\bbranch\b.* (-[a-zA-Z]*D[a-zA-Z]*|--force|-f)( |$)/,
  /\b(push|worktree|checkout|switch|tag|fetch|restore|rm|mv|add)\b.* (-f|--force)( |$)/,
  /\bswitch\b.* --discard-changes\b/,
  /^(--hard|--force|--discard-changes)$/,
]
/** git is never forced: what a force overwrites is somebody's work. */
const forceRule: Rule = (sources) =>
  each(
    sources.filter((source) => written(source) && !(source.file in forceOwners)),
    ({ strings, wordLists }) => [...strings.filter(({ text }) => !text.includes("\n")), ...wordLists],
    ({ text }) =>
      forces.some((force) => force.test(text))
        ? `forces git (${text.slice(0, 60)}): keep first and go without, or name this file with its reason in forceOwners`
        : undefined,
  )

/** Floors whose tests lie where their subject lies. */
const mirrored = ["domain", "world", "steps", "engine", "server", "cli", "kit"]
/** A test is found by the name of what it tests. */
const mirrorRule: Rule = (sources) => {
  const known = new Set(sources.map(({ file }) => file))
  return sources.flatMap(({ file }) => {
    const [, floor = "", name = ""] = /^tests\/(\w+)\/(?:.*\/)?(\w+)(?:\.\w+)?\.test\.ts$/.exec(file) ?? []
    if (!mirrored.includes(floor) || [...known].some((other) => other.startsWith(`core/${floor}/`) && other.endsWith(`/${name}.ts`)))
      return []
    return [`${file} tests no core/${floor}/${name}.ts: name it after its subject, or move it to tests/e2e or tests/sim`]
  })
}

/** Every rule about source code, by what it promises. */
export const houseRules: Readonly<Record<string, Rule>> = {
  "a floor looks down, never up": floorsRule,
  "no import cycles, types counted": cyclesRule,
  "wings of a floor form no circle": wingsRule,
  "no dead file": deadRule,
  "no long file": lengthRule,
  "no long function": functionsRule,
  "no name that says nothing": namesRule,
  "nothing unfinished": unfinishedRule,
  "nothing silenced": silencedRule,
  "Effect: deep imports, unstable modules only by their owners": effectRule,
  "imports: node: prefix, file endings, real dependencies": packagesRule,
  "no runtime's own globals": runtimesRule,
  "a pure domain": pureRule,
  "clock, chance and variables only from their owners": machineRule,
  "git is never forced": forceRule,
  "tests mirror core": mirrorRule,
}

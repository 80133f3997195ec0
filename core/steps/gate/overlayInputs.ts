import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { passingName } from "../../world/machine/passing.ts"
import { Repository } from "../../world/git/repository.ts"

/**
 * The candidate's tree with its gate inputs as the target has them: changed ones and deleted ones restored, new ones gone.
 * Nothing is checked out for it; the answer is a tree in the object database.
 */
export const overlayInputs = Effect.fn("overlayInputs")(function* (input: {
  readonly candidate: string
  readonly target: string
  /** The inputs that differ between the two. */
  readonly paths: readonly string[]
  /** Where objects of the candidate are that the repository doesn't have yet. */
  readonly objectFolders?: readonly string[]
}) {
  const git = yield* Git
  const files = yield* Files
  const { commonDir, own, zero } = yield* Repository
  const folder = join(own, "overlay")
  const index = join(folder, passingName())
  const env = { ...objectsFrom(input.objectFolders), GIT_DIR: commonDir, GIT_INDEX_FILE: index }
  const at = { cwd: commonDir, env }
  const rows = new Map<string, string>()
  for (const row of yield* git.fields(["ls-tree", "-r", "-z", "--full-tree", input.target], at)) {
    const tab = row.indexOf("\t")
    const [mode = "", , oid = ""] = row.slice(0, tab).split(" ")
    rows.set(row.slice(tab + 1), `${mode} ${oid}\t`)
  }
  const lines = (wanted: boolean) =>
    input.paths.filter((path) => rows.has(path) === wanted).map((path) => `${rows.get(path) ?? `0 ${zero}\t`}${path}\0`)
  yield* files.makeFolder(folder)
  return yield* Effect.gen(function* () {
    yield* git.run(["read-tree", `${input.candidate}^{tree}`], at)
    // Removals first: a file of the candidate may stand where the target has a folder. `--replace` covers the reverse.
    yield* git.run(["update-index", "--replace", "-z", "--index-info"], { ...at, input: [...lines(false), ...lines(true)].join("") })
    return yield* git.text(["write-tree"], at)
  }).pipe(Effect.ensuring(Effect.ignore(Effect.all([files.remove(index), files.remove(`${index}.lock`)]))))
})

/** Lets git read objects from other folders as well, as a quarantine is one. */
export const objectsFrom = (folders: readonly string[] = []): Readonly<Record<string, string>> =>
  folders.length === 0 ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: folders.map(quoted).join(process.platform === "win32" ? ";" : ":") }

const quoted = (path: string): string => (/["\n:;]/.test(path) ? `"${path.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"` : path)

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Finding } from "../../domain/secret/finding.ts"
import { Git } from "../git/git.ts"
import { Objects } from "../git/objects.ts"
import type { Swap } from "../git/refs.ts"
import { WouldPublish } from "../git/remoteTrouble.ts"
import { Repository } from "../git/repository.ts"
import { scan } from "./scan.ts"

/** Moves of refs that may leave, because what they bring was looked through: nothing else can be pushed. */
export class Cleared {
  readonly moves: readonly Swap[]
  readonly #looked = true
  private constructor(moves: readonly Swap[]) {
    this.moves = moves
  }
  /** The moves, if this look at what they bring finds nothing. */
  static readonly after = <E, R>(moves: readonly Swap[], look: Effect.Effect<readonly Finding[], E, R>) =>
    Effect.flatMap(look, (findings) =>
      findings.length === 0 ? Effect.succeed(new Cleared(moves)) : new WouldPublish({ refs: moves.map(({ ref }) => ref), findings }),
    )
  /** The same content, put another way for the remote. */
  carriedAs(moves: readonly Swap[]): Cleared {
    return this.#looked ? new Cleared(moves) : this
  }
}

/** The one way out of this machine: everything that a remote is to get is looked through here first. */
export class Door extends Context.Service<
  Door,
  {
    /** What looks like a secret in the commits of these tips that are beyond none of the others. */
    readonly look: (tips: readonly string[], beyond: readonly string[]) => Effect.Effect<readonly Finding[]>
    /** What these moves would bring to the remote, which nobody let through: then nothing goes. */
    readonly clear: (moves: readonly Swap[]) => Effect.Effect<Cleared, WouldPublish>
    /** A person's word, for as long as this process lives: these are no secrets, or may be known. */
    readonly permit: (findings: readonly Finding[]) => Effect.Effect<void>
    /** What the remote said it has on its branches: that has left long ago. */
    readonly heard: (refs: ReadonlyMap<string, string>) => void
  }
>()("core/world/Door") {
  static readonly layer = Layer.effect(
    Door,
    Effect.gen(function* () {
      const objects = yield* Objects
      const git = yield* Git
      const { commonDir } = yield* Repository
      const { commit, object } = yield* scan
      const permitted = new Set<string>()
      const there = new Map<string, string>()

      const commitsOf = Effect.fnUntraced(function* (tips: readonly string[], beyond: readonly string[]) {
        // What was never fetched can't be what these came from.
        const known = yield* Effect.filter([...new Set(beyond)], (one) => Effect.map(objects.look(one), (seen) => seen?.type === "commit"))
        const input = [...tips, ...known.map((one) => `^${one}`)].map((row) => `${row}\n`).join("")
        const text = yield* git.text(["--git-dir", commonDir, "rev-list", "--stdin"], { cwd: commonDir, input })
        return text.split("\n").filter((row) => row !== "")
      })

      const look = Effect.fn("Door.look")(
        function* (tips: readonly string[], beyond: readonly string[]) {
          const commits = tips.length === 0 ? [] : yield* commitsOf(tips, beyond)
          // The oldest first: that is where a secret came in.
          const found = yield* Effect.forEach(commits.toReversed(), commit)
          return found.flat().filter(({ mark }) => !permitted.has(mark))
        },
        Effect.catch(({ message }) => Effect.succeed([{ where: "unseen", kind: message, mark: message } satisfies Finding])),
      )

      const brought = Effect.fnUntraced(
        function* (moves: readonly Swap[]) {
          const tips: string[] = []
          const beyond = [...there.values()]
          const found: Finding[] = []
          for (const { ref, from, to } of moves) {
            if (from !== undefined) beyond.push(from)
            if (to === undefined || isOwnNumber(ref)) continue
            const seen = yield* objects.look(to)
            if (seen?.type === "commit") tips.push(to)
            else if (seen?.type === "blob") found.push(...(yield* object(ref, to)))
            else
              found.push({
                where: "unseen",
                path: ref,
                kind: `it is a ${seen?.type ?? "missing object"}, which osier never sends`,
                mark: to,
              })
          }
          return [...found, ...(yield* look(tips, beyond))].filter(({ mark }) => !permitted.has(mark))
        },
        Effect.catch(({ message }) => Effect.succeed<readonly Finding[]>([{ where: "unseen", kind: message, mark: message }])),
      )

      return {
        look,
        clear: (moves) => Cleared.after(moves, brought(moves)),
        permit: (findings) => Effect.sync(() => findings.forEach(({ mark }) => permitted.add(mark))),
        heard: (refs) => {
          for (const [ref, oid] of refs) if (ref.startsWith("refs/heads/")) there.set(ref, oid)
        },
      }
    }),
  )
}

/** Locks and the counter: numbers and names that osier makes itself, sent every few seconds. */
const isOwnNumber = (ref: string): boolean => ref.startsWith("refs/osier/locks/") || ref === "refs/osier/ids"

import * as Effect from "effect/Effect"
import { Git } from "../git/git.ts"
import { Repository } from "../git/repository.ts"

/**
 * What git is told to talk to: the name of the remote, unless that has other addresses for pushes. Then it is the address
 * that is read from, if it is pushed to as well, or else the first that is pushed to: it may be the same repository by a way
 * without a login, or another one, and what is written there can only be seen there.
 */
export const remotePlace = Effect.fn("remotePlace")(function* (remote: string) {
  const git = yield* Git
  const { root } = yield* Repository
  const ask = (...words: readonly string[]) =>
    // A remote that is not there has no address: git says so itself when it is talked to.
    git
      .run(["remote", "get-url", ...words, remote], { cwd: root, codes: [0, 2] })
      .pipe(Effect.map(({ code, stdout }) => (code === 0 ? stdout.toString().trim().split("\n") : [])))
  const [[from = remote], to] = yield* Effect.all([ask(), ask("--push", "--all")], { concurrency: 2 })
  const [first = from, second] = to
  if (first === from && second === undefined) return remote
  return to.includes(from) ? from : first
})

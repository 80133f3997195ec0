import * as Effect from "effect/Effect"
import { type RemoteNames, remoteNames } from "../../domain/git/remoteNames.ts"
import { Git } from "../git/git.ts"
import { userEnvironment } from "../git/gitEnvironment.ts"
import { RemoteUnreachable } from "../git/remoteTrouble.ts"
import { Repository } from "../git/repository.ts"
import { Process } from "../machine/process.ts"
import { type RemoteManner, remoteManner } from "./remoteManner.ts"
import { remotePlace } from "./remotePlace.ts"
import { Environment } from "../machine/environment.ts"

/** How long, in milliseconds, an answer is waited for. */
export interface RemotePatience {
  readonly list: number
  readonly fetch: number
  readonly push: number
  /** For branches alone, with all that was made on them. */
  readonly upload: number
  readonly hook: number
}

/** What osier needs to talk to one remote. */
export interface RemoteLine {
  readonly remote: string
  readonly names: RemoteNames
  readonly patience: RemotePatience
  readonly processes: Process["Service"]
  readonly git: Git["Service"]
  readonly repository: Repository["Service"]
  readonly manner: Effect.Effect<RemoteManner, RemoteUnreachable>
  /** What git shall talk to: where it writes is where it reads, for another repository would answer for none of our swaps. */
  readonly place: Effect.Effect<string, RemoteUnreachable>
}

/** The line to a remote; its manner and place are found out by the first one who needs them. */
export const remoteLine = Effect.fnUntraced(function* (remote: string, namespace: string, patience: RemotePatience) {
  const git = yield* Git
  const repository = yield* Repository
  const learned = <A, E extends { readonly message: string }>(asked: Effect.Effect<A, E, Git | Repository>) =>
    kept(
      asked.pipe(
        Effect.provideService(Git, git),
        Effect.provideService(Repository, repository),
        Effect.mapError((error) => unreachable(remote, error.message)),
      ),
    )
  const line: RemoteLine = {
    remote,
    names: remoteNames(namespace),
    patience,
    processes: yield* Process,
    git,
    repository,
    manner: learned(remoteManner(remote)),
    place: learned(remotePlace(remote)),
  }
  return line
})

/** One git that talks to the remote, by arguments that may hold what `place` says. */
export const talk = ({ remote, processes, repository, manner }: RemoteLine, args: readonly string[], timeoutMs: number, input?: string) =>
  Effect.flatMap(Effect.all([manner, Environment]), ([{ env, config }, variables]) =>
    processes
      .run({
        argv: ["git", ...config, ...args],
        // The folder is the user's checkout, because that is what a relative path of a remote is relative to.
        cwd: repository.root,
        // What it starts to get there, such as a credential helper, runs as under the user's own git.
        env: { ...userEnvironment(variables), ...env },
        timeoutMs,
        ...(input === undefined ? {} : { input }),
      })
      .pipe(Effect.mapError((error) => unreachable(remote, error.message))),
  )

/** A remote that can't be talked to for a reason on this side, which was heard. */
export const unreachable = (remote: string, said: string) => new RemoteUnreachable({ remote, said, heard: true })

/** Remembers an answer only when it is known: an asker that is interrupted must not answer for all who ask later. */
const kept = <A, E>(asked: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let known: { readonly answer: A } | undefined
  return Effect.suspend(() =>
    known === undefined
      ? Effect.tap(asked, (answer) =>
          Effect.sync(() => {
            known ??= { answer }
          }),
        )
      : Effect.succeed(known.answer),
  )
}

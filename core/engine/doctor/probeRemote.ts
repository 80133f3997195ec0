import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { ownRefs, remoteNames } from "../../domain/git/remoteNames.ts"
import { Door } from "../../world/door/door.ts"
import { Objects } from "../../world/git/objects.ts"
import { Remote } from "../../world/remote/remote.ts"
import { remoteAt } from "../../world/remote/sharing.ts"

/** The remote took a ref of ours and does not let it go again, as locks must when their tasks are over. */
export class ProbeLeft extends Data.TaggedError("ProbeLeft")<{ readonly remote: string; readonly ref: string; readonly said: string }> {
  override get message() {
    return `${this.remote} took ${this.ref}, and does not let it be deleted: ${this.said}`
  }
  get hint() {
    return `Ask who runs ${this.remote} to allow that below ${this.ref.replace(/probe\/.*/, "")}, then \`git push ${this.remote} :${this.ref}\`.`
  }
  readonly exit = 3
}

/** Where osier's refs may stand when the host takes only branches. */
const branches = "refs/heads/osier/"

/**
 * Finds out by trying where a remote lets osier's refs stand: one with a nonce is pushed, and deleted again at once. Fails
 * with what the remote said when it takes them nowhere.
 */
export const probeRemote = Effect.fn("probeRemote")(function* (remote: string) {
  return yield* tryOut(remote, ownRefs).pipe(
    Effect.as<string>(ownRefs),
    Effect.catchIf(
      (error) => error._tag === "RemoteRefused" && ["namespace", "hook", "other"].includes(error.reason),
      () => Effect.as(tryOut(remote, branches), branches),
    ),
  )
})

const tryOut = (remote: string, namespace: string) =>
  Effect.gen(function* () {
    const [objects, there, door] = [yield* Objects, yield* Remote, yield* Door]
    const ref = `${ownRefs}probe/${nanoid()}`
    const to = yield* objects.writeBlob(`whether this place can be used: ${ref}\n`)
    yield* there.push(yield* door.clear([{ ref, from: undefined, to }]))
    yield* there
      .push(yield* door.clear([{ ref, from: to, to: undefined }]))
      .pipe(
        Effect.catchTag("RemoteRefused", ({ said }) =>
          Effect.fail(new ProbeLeft({ remote, ref: remoteNames(namespace).theirs(ref), said })),
        ),
      )
  }).pipe(Effect.uninterruptible, Effect.provide(remoteAt(remote, namespace)))

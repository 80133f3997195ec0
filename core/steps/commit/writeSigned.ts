import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { identityVariables } from "../../domain/settings/environment.ts"
import type { Identity } from "../../domain/settings/environment.ts"
import { gitWords } from "../../domain/git/gitWords.ts"
import { signatureVariables } from "../../domain/git/signatureVariables.ts"
import { Git } from "../../world/git/git.ts"
import type { CommitFields } from "../../world/git/objects.ts"
import { gitPlace } from "./gitPlace.ts"

/** The user's git signs commits, and could not sign this one. */
export class SigningFailed extends Data.TaggedError("SigningFailed")<{ readonly said: string }> {
  override get message() {
    return `git could not write a signed commit, as commit.gpgsign asks for: ${this.said}`
  }
  get hint() {
    return "Try `git commit-tree -S HEAD^{tree} -m try` in the same terminal: unlock the key (ssh-add, gpg --sign), or go without: `git config commit.gpgsign false`."
  }
  readonly exit = 3
}

/**
 * Writes a commit that is signed as the user has configured it: git itself starts the signing program, which sees the
 * environment of the user. No hook runs, and nothing but the object comes about.
 */
export const writeSigned = Effect.fn("writeSigned")(function* ({ tree, parents, message, author, committer }: CommitFields) {
  const env = { ...signatureVariables("AUTHOR", author), ...signatureVariables("COMMITTER", committer) }
  const told = message.endsWith("\n") ? message : `${message}\n`
  return yield* sign([...parents.flatMap((parent) => ["-p", parent]), tree], { message: told, env })
})

/**
 * Signs a commit that nothing will point at, and fails as the signature of a real one would. The identity is needed where git's
 * configuration does not say it; `at` is the tree whose configuration counts.
 */
export const trySigning = Effect.fn("trySigning")(function* (tree: string, identity: Identity | undefined, at?: string) {
  const env = identity === undefined ? {} : identityVariables(identity)
  yield* sign([tree], { message: "osier: a signature for trial\n", env, at, timeoutMs: trialMs })
})

/** Long enough for a person who has to touch a key or type its passphrase. */
const trialMs = 120_000

const sign = Effect.fnUntraced(function* (
  what: readonly string[],
  how: {
    readonly message: string
    readonly env: Readonly<Record<string, string>>
    readonly at?: string | undefined
    readonly timeoutMs?: number
  },
) {
  const git = yield* Git
  const { args, cwd } = yield* gitPlace(how.at)
  const starting = { cwd, programs: true }
  const encoding = yield* git.run([...args, "config", "--get", "i18n.commitEncoding"], { ...starting, codes: [0, 1] })
  return yield* git
    .text([...args, "commit-tree", "-S", "-F", "-", ...what], {
      ...starting,
      input: how.message,
      env: how.env,
      ...(how.timeoutMs === undefined ? {} : { timeoutMs: how.timeoutMs }),
      // Programs see what is set here, so it is only set where the message would be written wrongly.
      config: /^(?:utf-?8)?$/i.test(encoding.stdout.toString().trim()) ? {} : { "i18n.commitEncoding": "UTF-8" },
    })
    .pipe(
      Effect.mapError((error) => {
        if (error._tag !== "GitFailed" || error.killed) return error
        return new SigningFailed({ said: error.timedOut === true ? "it did not end in time" : gitWords(error.stderr) })
      }),
    )
})

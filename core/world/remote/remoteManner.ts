import * as Effect from "effect/Effect"
import { Git } from "../git/git.ts"
import { Repository } from "../git/repository.ts"
import { Environment } from "../machine/environment.ts"

/** What a git that talks to a remote gets beside the user's own environment and settings. */
export interface RemoteManner {
  readonly env: Readonly<Record<string, string>>
  /** Arguments that come before the command. */
  readonly config: readonly string[]
}

/** How git has to talk to a remote so that nobody is asked, nobody waits for ever, and osier can read what it says. */
export const remoteManner = Effect.fn("remoteManner")(function* (remote: string) {
  const git = yield* Git
  const { root } = yield* Repository
  const asked = (key: string) => git.run(["config", "--get", key], { cwd: root, codes: [0, 1] })
  const [chosen, url, mirror] = yield* Effect.all([
    asked("core.sshCommand"),
    asked(`remote.${remote}.url`),
    asked(`remote.${remote}.mirror`),
  ])
  const variables = yield* Environment
  const address = url.code === 0 ? url.stdout.toString().trim() : remote
  const settled = chosen.code === 0 || variables["GIT_SSH_COMMAND"] !== undefined || variables["GIT_SSH"] !== undefined
  return {
    env: { ...(settled || /^https?:/.test(address) ? {} : silentSsh), ...plainWords(variables) },
    // git refuses to push single refs to a remote that is to be a mirror.
    config: mirror.code === 0 ? ["-c", `remote.${remote}.mirror=false`] : [],
  } satisfies RemoteManner
})

/** ssh must not ask, nor wait for a host that is gone; a command that the user chose stays as it is. */
const silentSsh: Readonly<Record<string, string>> = { GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=10" }

/** What git says of a remote is read by osier, so it is to be English; which characters are letters stays as the user has it. */
const plainWords = (outer: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  /^(?:$|C\b|POSIX$|en\b|en_)/.test(outer["LC_ALL"] || outer["LC_MESSAGES"] || outer["LANG"] || "") ? {} : { LANGUAGE: "en" }

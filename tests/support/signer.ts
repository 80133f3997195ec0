import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeFolder } from "./repo.ts"
import type { Repo } from "./repo.ts"

/** Makes the repository sign each commit with a key of its own, by ssh; answers with what git thinks of a commit's signature (G: good, N: none). */
export const makeSigner = (repo: Repo) => {
  const folder = makeFolder()
  const key = join(folder, "key")
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
  const allowed = join(folder, "allowed")
  writeFileSync(allowed, `dev@example.com ${readFileSync(`${key}.pub`, "utf8")}`)
  repo.git("config", "gpg.format", "ssh")
  repo.git("config", "user.signingkey", `${key}.pub`)
  repo.git("config", "gpg.ssh.allowedSignersFile", allowed)
  repo.git("config", "commit.gpgsign", "true")
  return { key, signature: (commit: string) => repo.git("log", "-1", "--format=%G?", commit) }
}

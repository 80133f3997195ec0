import { randomBytes } from "node:crypto"
import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"

/** A token of the form that GitHub gives out, which opens nothing. */
const token = (): string => {
  const letters = randomBytes(64)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .padEnd(36, "k")
  return `ghp_${letters.slice(0, 36)}`
}

/** The ways in which a secret could reach the remote, with what an agent does for it. */
const ways: Readonly<Record<string, (secret: string) => string>> = {
  "in a file": (secret) => `echo "token=${secret}" > notes/key.md`,
  "in a file with NUL bytes": (secret) => `printf 'a\\000b token=${secret}\\000' > notes/key.bin`,
  "in UTF-16": (secret) => `printf 'token=${secret}' | iconv -f utf-8 -t utf-16 > notes/key.txt`,
  "in a file's name": (secret) => `echo x > "notes/${secret}.md"`,
  "in a commit message": (secret) => `echo x > notes/m.md; git add -A; git commit -qm "use ${secret}"`,
  "committed and removed again": (secret) =>
    `echo "token=${secret}" > notes/k.md; git add -A; git commit -qm k; git rm -q notes/k.md; echo x > notes/ok.md; git add -A; git commit -qm ok`,
  "in the agent's words": (secret) => `echo "I found ${secret} in the vault"; echo x > notes/said.md`,
  "in a failure": (secret) => `echo "fatal: login with ${secret} failed" >&2; exit 3`,
  "in a gate's output": (secret) => `echo "gate says ${secret}" > notes/out.md; echo x > notes/broken.md`,
}

/** Agents that hand a secret to whatever leaves the machine. */
export const secrets: readonly Assault[] = Object.entries(ways).map(([way, script]) => {
  const secret = token()
  return {
    name: `a secret ${way}`,
    wish: { remote: true },
    expected: { landed: [], secrets: [secret], mayStay: /./ },
    act: async (at) => {
      at.agent("leak", script(secret))
      const { late } = await at.osier("run", "leak")
      // UTF-16 has a zero byte behind each letter, and is looked for as such
      const stored = await at.git("-C", at.bare ?? at.repo, "grep", "-aqF", secret, "main").then(
        () => true,
        () => false,
      )
      return [...unless(!late, "it never ended"), ...unless(!stored, "it is on the target")]
    },
  }
})

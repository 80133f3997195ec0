import { existsSync } from "node:fs"
import { join } from "node:path"
import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"

/** Ways to make git start a program of the agent's; `$spy` is that program. */
const kinds: Readonly<Record<string, string>> = {
  "filter.clean": `git config filter.x.clean "$spy"; echo '*.md filter=x' > .gitattributes`,
  "filter in an included file": `printf '[filter "x"]\\n clean = %s\\n' "$spy" > "$dir/inc"; git config include.path "$dir/inc"; echo '*.md filter=x' > .gitattributes`,
  "config of the worktree": `git config extensions.worktreeConfig true; git config --worktree filter.x.clean "$spy"; echo '*.md filter=x' > .gitattributes`,
  "info/attributes": `git config filter.x.process "$spy"; mkdir -p "$dir/info"; echo '*.md filter=x' > "$dir/info/attributes"`,
  "a hook": `mkdir -p "$dir/hooks"; cp "$spy" "$dir/hooks/reference-transaction"; chmod +x "$dir/hooks/reference-transaction"; cp "$spy" "$dir/hooks/post-checkout"; chmod +x "$dir/hooks/post-checkout"`,
  "diff.external": `git config diff.external "$spy"`,
  "core.fsmonitor": `git config core.fsmonitor "$spy"`,
}

/** Agents that configure git, and wait for osier's own git to obey. */
export const planted: readonly Assault[] = Object.entries(kinds).map(([kind, plant]) => ({
  name: `planted: ${kind}`,
  expected: { landed: [], mayStay: /./ },
  act: async (at) => {
    const [seen, script] = [join(at.folder, "ran-as-osier"), join(at.folder, "spy.sh")]
    at.agent(
      "planter",
      `dir=$(git rev-parse --git-common-dir); spy="${script}"
printf '#!/bin/sh\\n[ -n "$OSIER_TASK" ] || : > "${seen}"\\ncat\\n' > "$spy"; chmod +x "$spy"
echo x > notes/planter.md; git add -A; git commit -qm work
${plant}
echo y >> notes/planter.md`,
    )
    const { code } = await at.osier("run", "planter")
    const id = (await at.tasks())[0]?.id ?? 1
    await at.osier("diff", String(id))
    return [
      ...unless(!existsSync(seen), "it ran under osier's own git"),
      ...unless(code !== 0, "exit 0"),
      ...unless((await at.statusOf("planter")) !== "merged", "it landed"),
    ]
  },
}))

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { eventsIn, osier } from "../../support/program.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"

// In pieces, so that nobody's scan of this file finds one.
const key = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_")

/** A repository whose agent does this once, and then ends osier as the system does when memory is short. */
const endedBy = (does: string) => {
  const flag = join(makeFolder(), "did")
  const script = join(makeFolder(), "agent.sh")
  const wellBehaved = `echo fine > fine.txt`
  writeFileSync(script, `if [ ! -e ${flag} ]; then touch ${flag}; ${does}; kill -9 $PPID; sleep 1; else ${wellBehaved}; fi\n`)
  const yaml = `target: main\nagents: { a: { adapter: shell, command: ["sh", "${script}"] } }\nagent: a\ngates: { test: ["sh", "check.sh"] }\n`
  const repo = makeRepo({ "osier.yaml": yaml, "check.sh": "! grep -q bad *.txt\n", "README.md": "# a\n" })
  return { repo, events: () => eventsIn(join(repo.path, ".git")) }
}

test("a forged end of an attempt lands nothing: no key, no commit that the hooks refuse", { timeout: 120_000 }, async () => {
  const forge = `echo ${key} > key.txt; git add -A; git -c core.hooksPath=/dev/null commit -qm sly; tip=$(git rev-parse HEAD)
    printf '{"task":1,"attempt":1,"base":"%s","branch":"%s","tip":"%s"}' $tip $OSIER_BRANCH $tip > .osier/attempt.json
    git config alias.sly status`
  const { repo } = endedBy(forge)
  await osier(repo.path, "run", "one")
  const again = await osier(repo.path, "run")
  expect([again.code, repo.git("ls-tree", "--name-only", "main")]).toEqual([0, "README.md\ncheck.sh\nfine.txt\nosier.yaml"])
  expect(again.out + again.err).toContain("alias.sly")
})

test("a target that was moved past osier while it was ended is judged by the gates it had, and told", { timeout: 120_000 }, async () => {
  const { repo, events } = endedBy(
    `echo bad > bad.txt; echo true > check.sh; git add -A; git commit -qm sly; unset GIT_CONFIG_PARAMETERS; git update-ref refs/heads/main HEAD`,
  )
  await osier(repo.path, "run", "one")
  const sly = repo.git("rev-parse", "main")
  const again = await osier(repo.path, "run")
  expect([again.code, repo.git("rev-parse", "main")]).toEqual([3, sly])
  expect(events().find(({ type }) => type === "ChangedOutside")).toMatchObject({ what: [expect.stringContaining("ref refs/heads/main (")] })
  expect(again.err).toContain("it was moved by something that is not osier, and the move changes what judges: check.sh")
})

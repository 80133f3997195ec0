import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { courtroom, gate, shellGate, terms } from "../../support/courtroom.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"

const verdictsOf = (path: string) => {
  const folder = join(path, ".git/osier/verdicts")
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

test("red then green is flaky: the majority decides, and nothing is remembered", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const counter = join(makeFolder(), "count")
  const on = (reds: string) =>
    terms([
      shellGate(
        "a",
        `n=$(cat "${counter}" 2>/dev/null || echo 0); echo $((n+1)) > "${counter}"; case " ${reds} " in *" $n "*) exit 1;; esac`,
      ),
    ])
  expect(await court.judge("main", on("0 3 5"), { confirmRed: true })).toMatchObject({ verdict: "pass", flaky: true })
  expect(await court.judge("main", on("0 3 5"), { confirmRed: true })).toMatchObject({
    verdict: "fail",
    flaky: true,
    verdicts: [{ confirmed: false }],
  })
  expect(readFileSync(counter, "utf8")).toBe("6\n")
  expect(verdictsOf(repo.path)).toEqual([])
})

test("a gate, or the set-up, that edits tracked files can't judge them", async () => {
  const repo = makeRepo({ "a b\n'é.txt": "1\n", "run.sh": "#!/bin/sh\n" })
  const court = courtroom(repo)
  for (const [name, text] of [
    ["writes", "echo 2 > 'a b\n'\\''é.txt'"],
    ["deletes", "rm run.sh"],
    ["mode", "chmod +x run.sh"],
    ["hides", "echo 2 > run.sh; git add -A; git commit -qm x; git update-index --assume-unchanged run.sh"],
    ["fails too", "echo 2 > run.sh; exit 1"],
  ] as const) {
    const judged = await court.judge("main", terms([shellGate(name, text)]))
    expect(judged, name).toMatchObject({ verdict: "unrunnable", verdicts: [{ reason: expect.stringContaining("edits tracked files") }] })
  }
  const setup = terms([gate("a", ["true"])], { setup: [{ run: ["sh", "-c", "echo 2 > run.sh"], when: [] }] })
  expect(await court.judge("main", setup)).toMatchObject({
    verdict: "unrunnable",
    verdicts: [{ reason: expect.stringContaining("set-up edits") }],
  })
  const broken = terms([gate("a", ["true"])], { setup: [{ run: ["false"], when: [] }] })
  expect(await court.judge("main", broken)).toMatchObject({
    verdict: "unrunnable",
    verdicts: [{ reason: expect.stringContaining("set-up") }],
  })
  // None of it comes back.
  expect(await court.judge("main", terms([shellGate("ok", 'test ! -x run.sh && test -z "$(git status --porcelain)"')]))).toMatchObject({
    verdict: "pass",
  })
})

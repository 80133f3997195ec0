import { expect, test } from "vitest"
import { recover } from "../../../core/engine/recovery/recovery.ts"
import { hideBranch } from "../../../core/engine/attempt/showBranch.ts"
import { makeHub } from "../../support/clones.ts"
import { stageOn } from "../../support/engine.ts"

const yaml = `remote: origin\ntarget: main\nagents: { a: { adapter: shell, command: ["true"] } }\nagent: a\ngates: { test: ["true"] }\n`

test("what another machine showed and landed is taken away, unless somebody moved it on", async () => {
  const hub = makeHub({ "README.md": "# a\n", "osier.yaml": yaml })
  const [theirs, ours] = [hub.clone(), hub.clone()]
  const tip = theirs.commit("done there", { "a.txt": "a\n" })
  theirs.git("push", "-q", "origin", `${tip}:refs/heads/task/a-1`)
  theirs.git("push", "-q", "origin", `${tip}:refs/heads/task/b-2`)
  const { act } = stageOn(ours, yaml)
  await act(hideBranch("task/a-1", tip))
  await act(hideBranch("task/b-2", theirs.git("rev-parse", `${tip}^`)))
  expect(Object.keys(hub.bare.refs())).toEqual(["refs/heads/main", "refs/heads/task/b-2"])
})

test("the next run takes away what was left of a landing whose owner was killed", async () => {
  const hub = makeHub({ "README.md": "# a\n", "osier.yaml": yaml.replace('"true"', '"sh", "-c", "echo 1 > made.txt"') })
  const ours = hub.clone()
  const { act, run, events } = stageOn(ours, ours.git("show", "HEAD:osier.yaml"))
  await run(["make it"])
  expect(Object.keys(hub.bare.refs()).filter((ref) => ref.startsWith("refs/heads/"))).toEqual(["refs/heads/main"])
  const tip = events().flatMap((event) => (event.type === "WorkCommitted" ? [event.commit] : []))[0] ?? ""
  ours.git("push", "-q", "origin", `${tip}:refs/heads/task/make-it-1`, `HEAD:refs/heads/task/other-2`)
  await act(recover())
  expect(Object.keys(hub.bare.refs()).filter((ref) => ref.startsWith("refs/heads/"))).toEqual([
    "refs/heads/main",
    "refs/heads/task/other-2",
  ])
})

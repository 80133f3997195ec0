import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { expect, test } from "vitest"
import { unsigned } from "../../../core/domain/settings/environment.ts"
import type { Mode } from "../../../core/domain/git/landing.ts"
import { auditCandidate } from "../../../core/steps/land/auditCandidate.ts"
import { planCandidate, sealCandidate } from "../../../core/steps/land/candidate.ts"
import { signsCommits } from "../../../core/steps/commit/signsCommits.ts"
import { trySigning, writeSigned } from "../../../core/steps/commit/writeSigned.ts"
import { makeRepo } from "../../support/repo.ts"
import { makeSigner } from "../../support/signer.ts"
import { inWorld } from "../../support/world.ts"

const who = { name: "Dev", email: "dev@example.com" }

test.each(["squash", "merge", "rebase"] as const)("every commit that osier writes onto the target is signed: %s", async (mode: Mode) => {
  const repo = makeRepo({ a: "a\n" })
  const { signature } = makeSigner(repo)
  repo.git("checkout", "-q", "-b", "task/1")
  const tip = repo.commit("one", { b: "b\n" })
  repo.git("checkout", "-q", "main")
  const onto = repo.commit("meanwhile", { c: "c\n" })
  const made = Effect.gen(function* () {
    const signed = yield* signsCommits()
    const plan = yield* planCandidate({ onto, tasks: [{ id: 1, title: "One", tip, attempt: "1" }], mode, identity: who, signed })
    if (plan.type === "conflict") throw new Error("a conflict")
    const draft = yield* sealCandidate(plan, { verdicts: [] })
    const landing = yield* sealCandidate(plan, { verdicts: [], signed })
    yield* auditCandidate(landing)
    return { draft: draft.commit, landing: landing.commit }
  })
  const { draft, landing } = await inWorld(repo.path, made)
  // Where no gate looks at the draft, it costs no touch of a key.
  expect(signature(draft)).toBe("N")
  const brought = repo.git("rev-list", landing, "--not", onto).split("\n")
  expect(brought.map(signature)).toEqual(brought.map(() => "G"))
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
})

test("a signed commit says what an unsigned one says, whatever encoding the user's own messages have", async () => {
  const repo = makeRepo()
  const { signature } = makeSigner(repo)
  repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
  const fields = {
    tree: repo.git("rev-parse", "HEAD^{tree}"),
    parents: [repo.git("rev-parse", "HEAD")],
    message: "feat: größer – 漢字\n\n# no comment\n\nOsier-Task: 1",
    author: "Zoë <zoe@example.com> 1700000000 +0530",
    committer: "Dev <dev@example.com> 5 +0000",
  }
  const commit = await inWorld(repo.path, writeSigned(fields))
  expect(signature(commit)).toBe("G")
  const raw = repo.git("cat-file", "commit", commit)
  const unsigned = raw.replace(/\ngpgsig [\s\S]*?-----END SSH SIGNATURE-----/, "")
  const { tree, parents, author, committer, message } = fields
  expect(unsigned).toBe(`tree ${tree}\nparent ${parents[0]}\nauthor ${author}\ncommitter ${committer}\n\n${message}`)
})

test("a key that is not there is told in git's words, and a commit without signature is not made instead", async () => {
  const repo = makeRepo()
  const { key } = makeSigner(repo)
  rmSync(key)
  await expect(inWorld(repo.path, trySigning("HEAD^{tree}", who))).rejects.toMatchObject({
    _tag: "SigningFailed",
    exit: 3,
    message: expect.stringContaining("key"),
    hint: expect.stringContaining("commit.gpgsign false"),
  })
  expect(await inWorld(repo.path, signsCommits())).toBe(true)
  repo.git("config", "commit.gpgsign", "off")
  expect(await inWorld(repo.path, signsCommits())).toBe(false)
})

test("a git that may not sign commits and tags all the same", () => {
  const repo = makeRepo()
  const { key, signature } = makeSigner(repo)
  repo.git("config", "tag.gpgsign", "true")
  rmSync(key)
  const env = { ...process.env, GIT_CONFIG_PARAMETERS: `'core.hooksPath=/dev/null' ${unsigned}` }
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: repo.path, env })
  git("commit", "-q", "--allow-empty", "-m", "mine")
  git("tag", "-a", "-m", "one", "v1")
  expect(signature("v1")).toBe("N")
})

import type { Job } from "../../core/plugin.ts"

/** The words of a profile that decide the sandbox themselves. */
const decides = ["-s", "--sandbox", "--dangerously-bypass-approvals-and-sandbox", "--full-auto", "--yolo"]

/**
 * In a linked worktree the index lives in one git directory and the objects in another; codex's sandbox makes both
 * read-only, and with only one of them opened a commit still fails while codex exits 0. So both are opened.
 */
const sandbox = (job: Job): readonly string[] =>
  job.readOnly === true ? ["-s", "read-only"] : ["-s", "workspace-write", ...job.gitDirs.flatMap((path) => ["--add-dir", path])]

/** The arguments of `codex` for a job; `-` makes it read the prompt from stdin. A JSON string is a TOML string too. */
export const codexArguments = (job: Job): readonly string[] => {
  const own = job.args ?? []
  const decided = own.some((word) => decides.includes(word.split("=")[0] ?? ""))
  return [
    ...["exec", "--json", "--skip-git-repo-check"],
    ...(decided && job.readOnly !== true ? [] : sandbox(job)),
    ...(job.model === undefined ? [] : ["-m", job.model]),
    ...(job.instructions === undefined ? [] : ["-c", `developer_instructions=${JSON.stringify(job.instructions)}`]),
    ...own,
    ...(job.session === undefined ? [] : ["resume", job.session]),
    "-",
  ]
}

import type { Job } from "../../core/plugin.ts"

/** Everything a task needs, so that nothing is asked: there is nobody to answer. */
const tools = "Bash,Edit,MultiEdit,Write,NotebookEdit,Read,Glob,Grep,LS,Task,TodoWrite,WebFetch,WebSearch"

/**
 * claude refuses to bypass permissions as root, by design. There `dontAsk` with a list of tools does the same work: what
 * isn't on the list is denied instead of asked.
 */
const permission = (job: Job, root: boolean): readonly string[] => {
  if (job.readOnly === true) return ["--permission-mode", "plan"]
  return root ? ["--permission-mode", "dontAsk", "--allowedTools", tools] : ["--permission-mode", "bypassPermissions"]
}

/** The words of a profile that decide permissions themselves; ours would contradict them. */
const decides = ["--permission-mode", "--dangerously-skip-permissions", "--allowedTools", "--allowed-tools", "--tools"]

/** The arguments of `claude` for a job; the prompt goes to its stdin. `--verbose` is required by stream-json. */
export const claudeArguments = (job: Job, root: boolean): readonly string[] => {
  const own = job.args ?? []
  const decided = own.some((word) => decides.includes(word.split("=")[0] ?? ""))
  return [
    ...["-p", "--output-format", "stream-json", "--verbose"],
    ...(job.model === undefined ? [] : ["--model", job.model]),
    ...(job.instructions === undefined ? [] : ["--append-system-prompt", job.instructions]),
    ...(job.session === undefined ? [] : ["--resume", job.session]),
    ...(decided && job.readOnly !== true ? [] : permission(job, root)),
    ...own,
  ]
}

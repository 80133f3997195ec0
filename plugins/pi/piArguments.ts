import type { Job } from "../../core/plugin.ts"

/** `provider/model` names both; the model's own name may hold more slashes. */
const modelOf = (model: string): readonly string[] => {
  const slash = model.indexOf("/")
  return slash === -1 ? ["--model", model] : ["--provider", model.slice(0, slash), "--model", model.slice(slash + 1)]
}

/** The arguments of `pi` for a job; the prompt goes to its stdin. pi never asks and has no sandbox. */
export const piArguments = (job: Job): readonly string[] => [
  ...["--mode", "json", "--offline", "--no-approve"],
  ...(job.model === undefined ? [] : modelOf(job.model)),
  ...(job.instructions === undefined ? [] : ["--append-system-prompt", job.instructions]),
  ...(job.session === undefined ? [] : ["--session", job.session]),
  ...(job.readOnly === true ? ["--tools", "read,grep,find,ls"] : []),
  ...(job.args ?? []),
]

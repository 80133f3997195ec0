import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Repository } from "../../world/git/repository.ts"
import { markVariable } from "../../world/machine/reaper.ts"
import type { Copies } from "../../world/machine/seen.ts"
import { setUp } from "../tree/setUp.ts"
import { gateVariables, standingVariables } from "./gateEnvironment.ts"
import type { JudgeRequest } from "./judgeRequest.ts"
import { layCopies } from "./seeCopies.ts"

/** Makes the tree of a judge ready as a task's own, where there is anything to do: the same files copied, the same commands run. `key` names the log. */
export const judgeSetUp = (request: JudgeRequest, key: string, copies: Copies | undefined) => {
  const nothing = request.inForce.setup.length === 0 && (copies === undefined || copies.contents.size === 0)
  return nothing ? {} : { prepare: prepareWith(request, key, copies) }
}

const prepareWith = (request: JudgeRequest, key: string, copies: Copies | undefined) =>
  Effect.fnUntraced(function* (place: { readonly path: string; readonly known: Map<string, string>; readonly mark: string }) {
    const { own, root } = yield* Repository
    const { inForce, task } = request
    const variables = yield* standingVariables({ env: [] }, inForce)
    const copied = copies === undefined ? [] : yield* layCopies(place.path, copies)
    const { ran } = yield* setUp({
      tree: place.path,
      known: place.known,
      from: root,
      copy: [],
      setup: inForce.setup,
      env: {
        ...variables,
        ...gateVariables({ ...request, base: request.base, task, path: place.path, port: 0 }),
        [markVariable]: place.mark,
      },
      log: join(own, "logs", "gates", `${key.slice(0, 12)}-setup.log`),
    })
    for (const { command, code, ms } of ran)
      yield* request.onEvent({ type: "SetupRan", ...(task === undefined ? {} : { task: task.id }), command, code, ms })
    return copied
  })

import type { EventBody } from "../../domain/event/event.ts"
import type { AdapterEvent } from "../../plugin.ts"

/** What an agent told, as an event of the journal; undefined for what is no news. */
export const agentEvent = (
  head: { readonly task: number; readonly attempt: number },
  event: AdapterEvent,
  ms: number,
): EventBody | undefined => {
  switch (event.type) {
    case "started":
      return {
        type: "AgentStarted",
        ...head,
        ...(event.pid === undefined ? {} : { pid: event.pid }),
        ...(event.session === undefined ? {} : { session: event.session }),
        ms,
      }
    case "said":
      return { type: "AgentSaid", ...head, text: event.text }
    case "used":
      return {
        type: "AgentUsed",
        ...head,
        tool: event.tool,
        ...(event.detail === undefined ? {} : { detail: event.detail }),
        ...(event.ok === undefined ? {} : { ok: event.ok }),
      }
    case "retrying":
      return { type: "AgentRetried", ...head, reason: event.reason, ...(event.delayMs === undefined ? {} : { delayMs: event.delayMs }) }
    case "asked":
      return { type: "AgentAsked", ...head, question: event.question }
    case "alive":
    case "spent":
    case "ended":
      return undefined
  }
}

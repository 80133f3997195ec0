import type { Call, Wire } from "./step.ts"
import { usage } from "./step.ts"

const event = (name: string, data: Readonly<Record<string, unknown>>): string =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`

const message = (id: number, content: readonly unknown[], stop: string | null) => ({
  id: `msg_${id}`,
  type: "message",
  role: "assistant",
  model: "scripted",
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { input_tokens: usage.input, output_tokens: usage.output },
})

const blockOf = (id: number, call: Call) =>
  "say" in call ? { type: "text", text: call.say } : { type: "tool_use", id: `toolu_${id}`, name: call.tool, input: call.input }

const reasonOf = (call: Call): string => ("say" in call ? "end_turn" : "tool_use")

/** Anthropic Messages. Side requests, as for a title, offer no tools. */
export const messages: Wire = {
  isMain: (body) => Array.isArray(body["tools"]) && body["tools"].length > 0,
  answer: ({ at }, call) => message(at, [blockOf(at, call)], reasonOf(call)),
  pieces: ({ at }, call) => {
    const empty = "say" in call ? { type: "text", text: "" } : { ...blockOf(at, call), input: {} }
    const delta =
      "say" in call ? { type: "text_delta", text: call.say } : { type: "input_json_delta", partial_json: JSON.stringify(call.input) }
    return [
      event("message_start", { message: message(at, [], null) }) + event("content_block_start", { index: 0, content_block: empty }),
      event("content_block_delta", { index: 0, delta }),
      event("content_block_stop", { index: 0 }) +
        event("message_delta", { delta: { stop_reason: reasonOf(call), stop_sequence: null }, usage: { output_tokens: usage.output } }) +
        event("message_stop", {}),
    ]
  },
  refusal: ({ type, message: words, more }) => ({ type: "error", error: { type, message: words, ...more } }),
}

import type { Call, Wire } from "./step.ts"
import { usage } from "./step.ts"

const event = (name: string, data: Readonly<Record<string, unknown>>): string =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`

const itemOf = (at: number, call: Call) =>
  "say" in call
    ? { type: "message", role: "assistant", id: `msg_${at}`, content: [{ type: "output_text", text: call.say }] }
    : { type: "function_call", id: `fc_${at}`, call_id: `call_${at}`, name: call.tool, arguments: JSON.stringify(call.input) }

const response = (at: number, output: readonly unknown[]) => ({
  id: `resp_${at}`,
  output,
  usage: {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  },
})

/** OpenAI Responses. */
export const responses: Wire = {
  isMain: () => true,
  answer: ({ at }, call) => response(at, [itemOf(at, call)]),
  pieces: ({ at }, call) => [
    event("response.created", { response: { id: `resp_${at}` } }),
    event("response.output_item.added", { output_index: 0, item: itemOf(at, call) }),
    event("response.output_item.done", { output_index: 0, item: itemOf(at, call) }) +
      event("response.completed", { response: response(at, [itemOf(at, call)]) }),
  ],
  refusal: ({ type, code, message, more }) => ({ error: { type, code: code ?? null, message, param: null, ...more } }),
}

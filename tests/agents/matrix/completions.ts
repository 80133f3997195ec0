import type { Call, Wire } from "./step.ts"
import { usage } from "./step.ts"

const spent = { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output }

const wordsOf = (at: number, call: Call) =>
  "say" in call
    ? { role: "assistant", content: call.say }
    : {
        role: "assistant",
        content: null,
        tool_calls: [
          { index: 0, id: `call_${at}`, type: "function", function: { name: call.tool, arguments: JSON.stringify(call.input) } },
        ],
      }

const reasonOf = (call: Call): string => ("say" in call ? "stop" : "tool_calls")

const chunk = (at: number, more: Readonly<Record<string, unknown>>): string =>
  `data: ${JSON.stringify({ id: `chat_${at}`, object: "chat.completion.chunk", created: 0, model: "scripted", ...more })}\n\n`

/** OpenAI Chat Completions. */
export const completions: Wire = {
  isMain: () => true,
  answer: ({ at }, call) => ({
    id: `chat_${at}`,
    object: "chat.completion",
    model: "scripted",
    choices: [{ index: 0, message: wordsOf(at, call), finish_reason: reasonOf(call) }],
    usage: spent,
  }),
  pieces: ({ at }, call) => [
    chunk(at, { choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }),
    chunk(at, { choices: [{ index: 0, delta: wordsOf(at, call), finish_reason: null }] }),
    `${chunk(at, { choices: [{ index: 0, delta: {}, finish_reason: reasonOf(call) }] })}${chunk(at, { choices: [], usage: spent })}data: [DONE]\n\n`,
  ],
  refusal: ({ type, code, message, more }) => ({ error: { type, code: code ?? null, message, param: null, ...more } }),
}

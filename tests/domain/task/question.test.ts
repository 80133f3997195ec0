import { expect, test } from "vitest"
import { answerText, isAnswer, questionIn } from "../../../core/domain/task/question.ts"

test.each([
  ["Which database should I use?", "Which database should I use?"],
  ["I looked at it.\n\nShould I take **A** or **B**?\n1. A\n2. B", "Should I take **A** or **B**? 1. A 2. B"],
  ["Please confirm that I may delete the table.", "Please confirm that I may delete the table."],
  ["どちらにしますか？", "どちらにしますか？"],
  ["Two ways are open. Let me know which you prefer.\n\nBoth are small.", "Two ways are open. Let me know which you prefer."],
])("%j asks", (text, question) => expect(questionIn(text)).toBe(question))

test.each([
  "",
  "done",
  "I could not do it.",
  "Was it needed? Yes.\n\nI read the file.\n\nThere was nothing to do.",
  "see https://example.org/?a=b for more",
  "The expression a?.b is fine.",
])("%j asks nothing", (text) => expect(questionIn(text)).toBeUndefined())

test("an answer is known as one when it is told", () => {
  expect(isAnswer(answerText("A or B?", "B"))).toBe(true)
  expect(isAnswer("gate test: fail")).toBe(false)
})

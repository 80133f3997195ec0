import { expect, test } from "vitest"
import { signatureVariables } from "../../../core/domain/git/signatureVariables.ts"

test.each([
  ["Dev <dev@example.com> 5 +0530", { GIT_AUTHOR_NAME: "Dev", GIT_AUTHOR_EMAIL: "dev@example.com", GIT_AUTHOR_DATE: "@5 +0530" }],
  // git refuses an empty name, and one of nothing but dots.
  ["<dev@example.com> 5 +0000", { GIT_AUTHOR_NAME: "dev@example.com", GIT_AUTHOR_EMAIL: "dev@example.com", GIT_AUTHOR_DATE: "@5 +0000" }],
  [".. <> 5 +0000", { GIT_AUTHOR_NAME: "unknown", GIT_AUTHOR_EMAIL: "", GIT_AUTHOR_DATE: "@5 +0000" }],
])("git is told who stands in a commit: %s", (line, variables) => {
  expect(signatureVariables("AUTHOR", line)).toEqual(variables)
})

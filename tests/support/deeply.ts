import { test } from "vitest"

const left = process.env["OSIER_TIER"] === "test"

/** What the name of a test begins with that its tier leaves out, so that scripts/test.ts can tell it from one that could not run. */
const mark = left ? "deep: " : ""

/** `test` for what only `npm run test:deep` has time for, in a file whose other tests run in the shorter tiers, too. */
export const deeply = (title: string, options: { readonly timeout?: number }, body: () => Promise<void>): void =>
  test.skipIf(left)(mark + title, options, body)

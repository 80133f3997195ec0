import { eachEvent } from "../../core/cli/command.ts"
import { commands } from "../../core/cli/commands.ts"
import { code, page, table } from "./markdown.ts"

/** The reference of what `--json` prints, verb by verb. */
export const jsonPage = (): string =>
  page(
    "JSON",
    "What each verb prints with `--json`: one document, or one [event](events.md) a line. `?` marks a field that may be absent, `…` more fields.",
    table(
      ["Typed", "Printed"],
      commands.flatMap(({ json }) =>
        Object.entries(json).map(([typed, shape]) => [
          code(`osier ${typed}`),
          shape === eachEvent ? `${shape}, as in [events.md](events.md)` : shape.startsWith("{") ? code(shape) : shape,
        ]),
      ),
    ),
    "An error is one document on stderr: `{ error: { tag, message, hint, file?, line?, column?, field?, problems? } }`. `hint` is what to type next.",
  )

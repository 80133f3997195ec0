import * as Effect from "effect/Effect"
import { noticesText } from "../../domain/text/notice.ts"
import { bundled } from "../bundled.ts"
import type { Verb } from "../verb.ts"

const fromSources = `osier runs from its sources here, and holds no code of other packages: each one stands in node_modules with its licence.
\`npm run build\` gathers all of them in dist/THIRD-PARTY-NOTICES.txt.`

/** Prints under which licences the code inside of this osier is given away. */
export const licenses: Verb = ({ screen, json, version }) =>
  Effect.sync(() => {
    if (json) screen.out(JSON.stringify({ osier: { version, license: "MIT" }, packages: bundled }, undefined, 2))
    else screen.out(`osier ${version} is given away under the MIT licence.\n\n${bundled.length === 0 ? fromSources : noticesText(bundled)}`)
    return 0 as const
  })

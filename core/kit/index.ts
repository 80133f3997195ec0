/** The adapter kit, `osier/kit`: what a driver of an agent program needs, in promises only. */
export { at, listAt, numberAt, textAt } from "./at.ts"
export { type Blame, blameStatus, blameText } from "./blame.ts"
export { detectVersion } from "./detectVersion.ts"
export { jsonLines, parseLine, type Reader } from "./jsonLines.ts"
export { notBefore } from "./notBefore.ts"
export { type Exit, type Program, type ProgramOptions, startProgram } from "./program.ts"
export { splitLines } from "./splitLines.ts"
export { lastLine, refused, unfinished, wasStopped } from "./unfinished.ts"

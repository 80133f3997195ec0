import type { Adapter } from "../core/plugin.ts"
import { claude } from "./claude/claude.ts"
import { codex } from "./codex/codex.ts"
import { pi } from "./pi/pi.ts"
import { shell } from "./shell/shell.ts"

/** The one list of built-in adapters. */
export const adapters: readonly Adapter[] = [claude, codex, pi, shell]

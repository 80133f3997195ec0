import * as Effect from "effect/Effect"
import { isAbsolute, join } from "node:path"
import { readRefMoves } from "../../domain/git/refMoves.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { userHooks } from "../../world/git/userHooks.ts"

/** Hooks that a user may add while an attempt runs, as `npm install` does in a fresh tree. */
const usual = [
  "applypatch-msg",
  "pre-applypatch",
  "post-applypatch",
  "pre-commit",
  "pre-merge-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-rebase",
  "post-checkout",
  "post-merge",
  "post-rewrite",
  "pre-push",
  "pre-auto-gc",
]

export interface Attribution {
  /** To be put into the attempt's environment. */
  readonly env: Readonly<Record<string, string>>
  /** What the attempt's git writes down; for `attributedMoves`. */
  readonly log: string
  readonly nonce: string
}

/**
 * Makes every git of one attempt write down which refs it moves, as evidence of who did it. The user's own hooks run as
 * ever: each one is called on, also those that come later. In another repository, as a test makes one, that one's hooks run
 * and nothing is written down.
 */
export const attribution = Effect.fn("attribution")(function* (input: {
  /** A folder of osier's own, outside the tree. */
  readonly folder: string
  readonly nonce: string
}) {
  const files = yield* Files
  const { root, commonDir } = yield* Repository
  const hooks = yield* userHooks()
  const there = (yield* files.list(isAbsolute(hooks) ? hooks : join(root, hooks))).filter((name) => /^[a-z-]+$/.test(name))
  const own = join(input.folder, "hooks")
  const { log } = witnessIn(input.folder, input.nonce)
  for (const name of new Set([...usual, ...there])) {
    const script = `${whose(hooks, commonDir)}hook="$hooks/${name}"\nif [ -x "$hook" ]; then exec "$hook" "$@"; fi\n`
    yield* files.write(join(own, name), script, 0o755)
  }
  yield* files.write(join(own, "reference-transaction"), whose(hooks, commonDir) + witness(log, input.nonce), 0o755)
  // As `git -c` hands it on. Agents keep variables with KEY in their names from what they start, and GIT_CONFIG_KEY_0 is one.
  const env = { GIT_CONFIG_PARAMETERS: quoted(`core.hooksPath=${own}`) }
  return { env, log, nonce: input.nonce } satisfies Attribution
})

/** Where an attempt's git wrote down what it moved, and by which word, in its folder. */
export const witnessIn = (folder: string, nonce: string) => ({ log: join(folder, "moves"), nonce })

/** The refs that the attempt moved, by its own git's word; nothing when it moved none. */
export const attributedMoves = Effect.fn("attributedMoves")(function* (attribution: { readonly log: string; readonly nonce: string }) {
  const files = yield* Files
  return readRefMoves((yield* files.text(attribution.log)) ?? "", attribution.nonce)
})

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The environment brings these hooks into every repository that the attempt touches, and only one of them is the user's. */
const whose = (hooks: string, commonDir: string): string => `#!/bin/sh
hooks=${quoted(hooks)}
ours=yes
if ! [ "$(git rev-parse --git-common-dir)" -ef ${quoted(commonDir)} ]; then
  ours=no
  hooks=$(unset GIT_CONFIG_PARAMETERS; git rev-parse --git-path hooks)
fi
`

/** Appended in one write, since several git processes of one attempt may move refs at once. It never refuses a move. */
const witness = (log: string, nonce: string): string => `hook="$hooks/reference-transaction"
log=${quoted(log)}
moves=$(cat)
if [ $ours = no ]; then
  :
elif [ "$1" = prepared ] || [ "$1" = committed ]; then
  {
    printf '= %s %s %s\\n' ${quoted(nonce)} "$1" "$(git rev-parse --absolute-git-dir)"
    printf '%s\\n' "$moves" | sed 's/^/> /'
    printf '%s\\n' "$moves" | cut -d ' ' -f 3- | git cat-file --batch-check='%(objectname)' | sed 's/^/< /'
  } > "$log.$$" 2>/dev/null
  cat "$log.$$" >> "$log"
  rm -f "$log.$$"
fi
if [ -x "$hook" ]; then printf '%s\\n' "$moves" | "$hook" "$@"; fi
`

/** A ref that somebody moved; `undefined` is absent. */
export interface RefMove {
  readonly ref: string
  readonly from: string | undefined
  readonly to: string | undefined
  /** The git directory of the worktree it was moved from. */
  readonly gitDir: string
}

const shared = /^refs\/(?!bisect\/|worktree\/|rewritten\/)/

/**
 * Whether a move is an attempt's right: of its own branch, of what belongs to its own worktree, and of the mirrors of a
 * remote, which every `git fetch` brings up to date.
 */
export const isOwnMove = (move: RefMove, own: { readonly branch: string; readonly gitDir: string }): boolean =>
  move.ref === `refs/heads/${own.branch}` || move.ref.startsWith("refs/remotes/") || (!shared.test(move.ref) && move.gitDir === own.gitDir)

/**
 * What an attempt's `reference-transaction` hook wrote down, one move per ref: from where it was before the first to where
 * it was put last. Transactions that were not committed, that changed no value, and lines of another attempt, don't count.
 */
export const readRefMoves = (text: string, nonce: string): readonly RefMove[] => {
  const moves = new Map<string, RefMove>()
  const waiting = new Map<string, string | undefined>()
  for (const block of text.split(/^= /m).slice(1)) {
    const [head = "", ...rows] = block.split("\n")
    const [mark, state, ...path] = head.split(" ")
    if (mark !== nonce) continue
    const gitDir = path.join(" ")
    const asked = rows.filter((row) => row.startsWith("> ")).map((row) => row.slice(2).split(" "))
    const values = rows.filter((row) => row.startsWith("< ")).map((row) => row.slice(2))
    for (const [index, [old = "", next = "", ...name]] of asked.entries()) {
      const ref = name.join(" ")
      const place = shared.test(ref) ? ref : `${gitDir}\n${ref}`
      const seen = idOf(/^[0-9a-f]+$/.test(values[index] ?? "") ? (values[index] ?? "") : "")
      if (state === "prepared") {
        // git says zeros when the mover did not ask for the old value; the hook looked itself.
        waiting.set(place, seen ?? idOf(old))
      } else if (state === "committed") {
        const to = idOf(next)
        const from = waiting.has(place) ? waiting.get(place) : idOf(old)
        // `git gc` packs refs: it writes each one's value elsewhere and deletes its file. Nothing moved, whatever it was told.
        if (seen !== to || from === to) continue
        const last = moves.get(place)
        // What somebody else wrote between two moves is what the second one took away.
        moves.set(place, { ref, from: last?.to === from && last !== undefined ? last.from : from, to, gitDir })
      }
    }
  }
  return [...moves.values()].filter((move) => move.from !== move.to)
}

const idOf = (text: string): string | undefined => (/^0*$/.test(text) ? undefined : text)

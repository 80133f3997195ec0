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
 * it was put last. Transactions that were not committed, and lines of another attempt, don't count.
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
      const seen = /^[0-9a-f]+$/.test(values[index] ?? "") ? values[index] : undefined
      if (state === "prepared") {
        // git says zeros when the mover did not ask for the old value; the hook looked itself.
        waiting.set(place, idOf(seen ?? old))
      } else if (state === "committed") {
        // `git gc` packs refs: it deletes the file of each one, and the ref is still there.
        if (idOf(next) === undefined && idOf(seen ?? "") !== undefined) continue
        const from = moves.has(place) ? moves.get(place)?.from : waiting.has(place) ? waiting.get(place) : idOf(old)
        moves.set(place, { ref, from, to: idOf(next), gitDir })
      }
    }
  }
  return [...moves.values()].filter((move) => move.from !== move.to)
}

const idOf = (text: string): string | undefined => (/^0*$/.test(text) ? undefined : text)

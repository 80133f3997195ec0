import { fleet } from "./fleet.ts"
import type { Figures, Game } from "./figures.ts"
import type { Order } from "./order.ts"
import { git, place } from "./place.ts"
import { serveHttp, serveSsh } from "./serve.ts"

/** The ways to the same bare repository. */
export const transports = ["path", "http", "ssh"] as const
export type Transport = (typeof transports)[number]

/** One series of rounds. */
export interface Series {
  readonly game: Game
  readonly clones: "own" | "shared"
  readonly transport: Transport
  readonly contenders: number
  readonly rounds: number
}

/** So many contenders share a clone, where clones are shared. */
const inOneClone = 8

/** Fights these series against one remote, and tells of each when it is over. */
export const battle = async (all: readonly Series[], tell: (row: Figures) => void): Promise<readonly Figures[]> => {
  await using ground = await place({ "README.md": "# storm\n" })
  const http = await serveHttp(ground.bare)
  const ssh = serveSsh(ground.bare, ground.folder)
  const rows: Figures[] = []
  try {
    let number = 0
    for (const clones of ["own", "shared"] as const) {
      const series = all.filter((one) => one.clones === clones)
      if (series.length === 0) continue
      const size = Math.max(...series.map(({ contenders }) => contenders))
      const paths: string[] = []
      for (let at = 0; at < Math.ceil(clones === "own" ? size : size / inOneClone); at++) {
        const path = await ground.clone(`${clones}-${at}`)
        await git(path, "remote", "add", "path", ground.bare)
        await git(path, "remote", "add", "http", http.url)
        await git(path, "remote", "add", "ssh", ssh.url)
        await git(path, "config", "core.sshCommand", ssh.command)
        paths.push(path)
      }
      const ways = transports.filter((way) => series.some(({ transport }) => transport === way))
      const seats = Array.from({ length: size }, (_, at) => paths[clones === "own" ? at : Math.floor(at / inOneClone)] ?? "")
      await using contenders = await fleet(seats, ways)
      for (const one of series) {
        const rounds: Figures["rounds"][number][] = []
        const start = performance.now()
        for (let round = 0; round < one.rounds; round++) {
          number++
          const order = (at: number): Order => ({
            game: one.game,
            remote: one.transport,
            name: one.game === "same task" ? `${number}` : `${number}.${at}`,
          })
          rounds.push(await contenders.round(Array.from({ length: one.contenders }, (_, at) => order(at))))
        }
        const row: Figures = { ...one, rounds, ms: performance.now() - start }
        rows.push(row)
        tell(row)
      }
    }
    return rows
  } finally {
    await http.close()
  }
}

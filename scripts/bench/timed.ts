/** How many milliseconds something took. */
export const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await act()
  return performance.now() - start
}

/** Both sides in turns, each first as often as the other, so that whatever else the machine does hits both alike. */
export const inTurns = async (rounds: number, ours: (round: number) => Promise<number>, anchor: (round: number) => Promise<number>) => {
  const samples: { readonly ours: number[]; readonly anchor: number[] } = { ours: [], anchor: [] }
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) samples.ours.push(await ours(round))
    samples.anchor.push(await anchor(round))
    if (round % 2 === 1) samples.ours.push(await ours(round))
  }
  return samples
}

/** As many at once as `width`, until all are done; answers with what went wrong. */
export const sideBySide = async (count: number, width: number, act: (n: number) => Promise<unknown>): Promise<readonly string[]> => {
  const faults: string[] = []
  let at = 0
  const lane = async () => {
    while (at < count) await act(at++).catch((cause) => faults.push(cause instanceof Error ? cause.message : String(cause)))
  }
  await Promise.all(Array.from({ length: width }, lane))
  return faults
}

import type { Trial } from "./figures.ts"
import { noHarm } from "./figures.ts"
import { harmIn } from "./harm.ts"
import type { Expected } from "./harm.ts"
import { house } from "./house.ts"
import type { House, Wish } from "./house.ts"

/** One attack: what is done, and what is wrong afterwards; `expected` says which tasks land all the same. */
export interface Assault {
  readonly name: string
  readonly wish?: Omit<Wish, "program">
  readonly expected: Expected
  /** Answers with what went wrong, one sentence each; what nobody may do at all is looked for afterwards. */
  readonly act: (house: House) => Promise<readonly string[]>
}

/** Carries out one attack in a house of its own. */
export const carriedOut = async ({ wish, expected, act }: Assault, program: readonly string[]): Promise<Trial> => {
  await using at = await house({ program, ...wish })
  const wrong = await act(at).catch((error: unknown) => [`it broke off: ${error instanceof Error ? error.message : String(error)}`])
  return {
    wrong,
    harm: await harmIn(at, expected).catch((error: unknown) => ({ ...noHarm, lost: [`nobody could look: ${String(error)}`] })),
  }
}

/** A sentence when something is not as it should be. */
export const unless = (right: boolean, sentence: string): readonly string[] => (right ? [] : [sentence])

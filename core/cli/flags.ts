import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parseDuration } from "../domain/text/duration.ts"
import { meant } from "../domain/text/nearest.ts"
import { type Flags, UsageWrong } from "./commandLine.ts"

/** The text of a flag, if it was given one. */
export const textFlag = (flags: Flags, key: string): string | undefined => {
  const value = flags[key]
  return typeof value === "string" ? value : Array.isArray(value) ? value.at(-1) : undefined
}

/** All texts of a flag that may be repeated. */
export const textFlags = (flags: Flags, key: string): readonly string[] => {
  const value = flags[key]
  return typeof value === "string" ? [value] : typeof value === "object" ? value : []
}

export const isSet = (flags: Flags, key: string): boolean => flags[key] === true

/** The number of a task, as `12` or `#12`. */
export const taskNumber = (word: string): Effect.Effect<number, UsageWrong> =>
  /^#?[1-9]\d{0,8}$/.test(word)
    ? Effect.succeed(Number(word.replace("#", "")))
    : Effect.fail(
        new UsageWrong({ message: `${JSON.stringify(word)} is no number of a task`, hint: "`osier ls` shows the tasks and their numbers" }),
      )

export const taskNumbers = (words: readonly string[]): Effect.Effect<readonly number[], UsageWrong> =>
  Effect.map(Effect.forEach(words, taskNumber), (ids) => [...new Set(ids)])

/** A flag that takes one of some words. */
export const wordFlag = <const Word extends string>(
  flags: Flags,
  key: string,
  words: readonly Word[],
): Effect.Effect<Word | undefined, UsageWrong> => {
  const given = textFlag(flags, key)
  const word = words.find((one) => one === given)
  if (given === undefined || word !== undefined) return Effect.succeed(word)
  return Effect.fail(new UsageWrong({ message: `--${key} can't be ${JSON.stringify(given)}`, hint: meant(given, words, "") }))
}

/** A flag that takes a length of time, in milliseconds. */
export const durationFlag = (flags: Flags, key: string): Effect.Effect<number | undefined, UsageWrong> => {
  const given = textFlag(flags, key)
  if (given === undefined) return Effect.succeed(undefined)
  const read = parseDuration(given)
  return Result.isSuccess(read)
    ? Effect.succeed(read.success)
    : Effect.fail(new UsageWrong({ message: `--${key}: ${read.failure.message}`, hint: read.failure.hint }))
}

/** Fails when a flag that says how many at once doesn't: the settings would call it by a name that nobody typed. */
export const checkJobs = Effect.fnUntraced(function* (flags: Flags) {
  for (const key of ["jobs", "max"]) {
    const given = textFlag(flags, key)
    if (given !== undefined && !/^[1-9]\d{0,3}$/.test(given))
      return yield* new UsageWrong({
        message: `--${key} can't be ${JSON.stringify(given)}`,
        hint: `write a whole number from 1: --${key} 3`,
      })
  }
})

/** A flag that takes a whole number, zero included. */
export const numberFlag = (flags: Flags, key: string): Effect.Effect<number | undefined, UsageWrong> => {
  const given = textFlag(flags, key)
  if (given === undefined) return Effect.succeed(undefined)
  return /^\d{1,15}$/.test(given)
    ? Effect.succeed(Number(given))
    : Effect.fail(new UsageWrong({ message: `--${key} can't be ${JSON.stringify(given)}`, hint: `write a whole number: --${key} 0` }))
}

import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Complaint } from "./complaint.ts"

/** A text that is no number of bytes. */
export class BadSize extends Data.TaggedError("BadSize")<{ readonly text: string }> implements Complaint {
  override get message(): string {
    return `${JSON.stringify(this.text)} is not a number of bytes`
  }
  get hint(): string {
    return "write it as 800kB, 50MB or 2GB (powers of 1000), or 50MiB (powers of 1024); a plain number is bytes"
  }
  get exit() {
    return 2 as const
  }
}

const powers = ["", "k", "m", "g", "t"]

/** A number of bytes from `50MB`, `1.5 GB`, `64KiB`, `50M`; a plain number is bytes. Upper and lower case are the same. */
export const parseSize = (value: string | number): Result.Result<number, BadSize> => {
  const text = String(value).trim()
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text)
  const power = powers.indexOf((found?.[2] ?? "").toLowerCase())
  if (!found || (found[3] !== "" && power === 0)) return Result.fail(new BadSize({ text }))
  const bytes = Math.round(Number(found[1]) * (found[3] === "" ? 1000 : 1024) ** power)
  return Number.isSafeInteger(bytes) ? Result.succeed(bytes) : Result.fail(new BadSize({ text }))
}

/** Bytes for a person, in powers of 1000 as `parseSize` reads them: `50MB`, `1.5GB`, `12B`. */
export const printSize = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const count = Number((bytes / 1000 ** power).toFixed(1))
  return `${count}${["", "k", "M", "G", "T"][power] ?? ""}B`
}

import * as Data from "effect/Data"
import type { Complaint } from "../../domain/text/complaint.ts"

/** Events could not be written down. They are kept in memory and tried again; the run itself goes on. */
export class JournalUnwritable extends Data.TaggedError("JournalUnwritable")<{
  readonly file: string
  readonly reason: string
  /** How many events wait for the journal to be writable again. */
  readonly waiting: number
}> {
  override get message(): string {
    return `${this.waiting} events could not be written to ${this.file}: ${this.reason}`
  }
  get hint(): string {
    return "free space on that disk or make the file writable; osier tries again by itself"
  }
  get exit(): Complaint["exit"] {
    return 3
  }
}

/** The journal is there but can't be read. */
export class JournalUnreadable extends Data.TaggedError("JournalUnreadable")<{ readonly file: string; readonly reason: string }> {
  override get message(): string {
    return `${this.file} can't be read: ${this.reason}`
  }
  get hint(): string {
    return `make ${this.file} readable, or move it away; no work is lost without it`
  }
  get exit(): Complaint["exit"] {
    return 3
  }
}

import type { Answer, Refusal } from "../domain/event/frame.ts"

/** A command was not carried out, or its answer can't come any more. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused"
  readonly tag: string
  readonly hint: string
  constructor({ tag, message, hint }: Refusal) {
    super(message)
    this.tag = tag
    this.hint = hint
  }
}

interface Errand {
  readonly text: string
  sent: boolean
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: CommandRefused) => void
}

const lost: Refusal = {
  tag: "ConnectionLost",
  message: "the connection ended before the answer came; the command may have been carried out",
  hint: "look at the events, then ask again",
}

const closed: Refusal = { tag: "StreamClosed", message: "the event stream was closed", hint: "connect again" }

/** Commands on their way: each is sent once, as soon as there is a connection, and its answer found by its id. */
export const errands = () => {
  const open = new Map<number, Errand>()
  let count = 0
  let send: ((text: string) => void) | undefined
  let isOver = false

  const deliver = (errand: Errand) => {
    if (send === undefined || errand.sent) return
    errand.sent = true
    send(errand.text)
  }

  const ask = (command: object) =>
    new Promise<Answer>((resolve, reject) => {
      if (isOver) return reject(new CommandRefused(closed))
      const id = ++count
      const errand = { text: JSON.stringify({ ...command, id }), sent: false, resolve, reject }
      open.set(id, errand)
      deliver(errand)
    })

  const take = (id: unknown): Errand | undefined => {
    if (typeof id !== "number") return undefined
    const errand = open.get(id)
    open.delete(id)
    return errand
  }

  const rejectAll = (which: (errand: Errand) => boolean, refusal: Refusal) => {
    for (const [id, errand] of open) if (which(errand)) take(id)?.reject(new CommandRefused(refusal))
  }

  return {
    ask,
    connected: (by: (text: string) => void) => {
      send = by
      for (const errand of open.values()) deliver(errand)
    },
    disconnected: () => {
      send = undefined
      rejectAll((errand) => errand.sent, lost)
    },
    answered: (answer: Answer) => take(answer.id)?.resolve(answer),
    refused: (refusal: Refusal) => take(refusal.id)?.reject(new CommandRefused(refusal)),
    end: () => {
      isOver = true
      rejectAll(() => true, closed)
    },
  }
}

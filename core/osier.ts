/**
 * The library's door: what the command line does, typed, for programs and zx scripts. Promises and async iterables only;
 * what fails rejects with the typed error, which has `message`, `hint` and `exit`.
 */
import manifest from "../package.json" with { type: "json" }
import { adapters } from "../plugins/index.ts"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import type { Place } from "./domain/lock/claim.ts"
import type { Titled } from "./domain/task/commitTitle.ts"
import type { Event } from "./domain/event/event.ts"
import { nodeTooOld } from "./domain/text/nodeTooOld.ts"
import type { Declared } from "./domain/plan/planDraft.ts"
import type { GivenTask } from "./domain/plan/planGiven.ts"
import type { Report } from "./domain/task/report.ts"
import type { Settings } from "./domain/settings/settings.ts"
import type { Kind, Status, Task } from "./domain/task/task.ts"
import type { Summary } from "./domain/task/trailers.ts"
import { type Accepted, acceptProposal } from "./engine/planning/acceptProposal.ts"
import { type AddedDraft, addDrafts } from "./engine/tasks/addDrafts.ts"
import { addTasks } from "./engine/tasks/addTasks.ts"
import type { Added } from "./engine/tasks/addTasks.ts"
import { landTasks, retryTasks } from "./engine/run/again.ts"
import { clean } from "./engine/recovery/clean.ts"
import type { Left, Removed } from "./engine/tree/sweepOver.ts"
import { claimTask } from "./engine/handwork/claimTask.ts"
import type { Claimed } from "./engine/handwork/claimTask.ts"
import type { Claiming } from "./engine/handwork/takeClaim.ts"
import { discardTask } from "./engine/handwork/discardTask.ts"
import { doneTask } from "./engine/handwork/doneTask.ts"
import { releaseTask } from "./engine/handwork/releaseTask.ts"
import type { Released } from "./engine/handwork/releaseTask.ts"
import { treeTask } from "./engine/handwork/treeTask.ts"
import { adaptersOf, engineOf, type World, worldAt } from "./live.ts"
import { explore } from "./engine/planning/explore.ts"
import { type Proposed, plan } from "./engine/planning/plan.ts"
import { standingProposal } from "./engine/planning/standingProposal.ts"
import { type Synced, sync } from "./engine/sync/sync.ts"
import { knownOf } from "./engine/context/knownOf.ts"
import { holding } from "./engine/context/holding.ts"
import { run } from "./engine/run/run.ts"
import { RunContext } from "./engine/context/runContext.ts"
import type { RunOptions } from "./engine/context/runContext.ts"
import { commitTree } from "./steps/commit/commitTree.ts"
import { readPlan } from "./steps/given/readPlan.ts"
import { readSettings } from "./steps/given/readSettings.ts"
import type { GivenSettings } from "./steps/given/readSettings.ts"
import { changeTask, listTasks, readTask } from "./steps/task/record.ts"
import { Journal } from "./world/journal/journal.ts"
import { BuiltIn } from "./world/pool/builtIn.ts"
import { PoolWorker } from "./world/pool/poolWorker.ts"

export type {
  Accepted,
  Added,
  AddedDraft,
  Claimed,
  Claiming,
  Declared,
  Event,
  GivenTask,
  Left,
  Place,
  Proposed,
  Released,
  Removed,
  Report,
  RunOptions,
  Settings,
  Status,
  Summary,
  Synced,
  Task,
  Titled,
}
export { connect } from "./client.ts"

/** States that a program may set. `completed` and `merged` are proven by work that passed and landed, never said. */
export type Settable = Extract<Status, "pending" | "running" | "failed">

export interface Terms {
  /** Settings by key, over those of the file: `{ concurrency: "2", "limits.retries": "0" }`. */
  readonly settings?: GivenSettings
  /** What is allowed for this once, as the flags of `osier run` do. */
  readonly options?: Partial<RunOptions>
  /** Ends the work; what was done so far is kept. */
  readonly signal?: AbortSignal
}

export interface Osier extends AsyncDisposable {
  /**
   * Puts tasks into the store: texts (`"Add a login page:scribe"`), tasks with the fields of a plan, or files and folders of
   * plans. The same ones again are the same tasks.
   */
  addTasks(
    tasks: readonly GivenTask[],
    options?: { readonly from?: readonly string[]; readonly again?: "resume" | "new" } & Terms,
  ): Promise<readonly Added[]>
  /** The same without a number, so that nobody is asked for one; `sync` gives it later. */
  addDrafts(tasks: readonly GivenTask[], options?: { readonly from?: readonly string[] } & Terms): Promise<readonly AddedDraft[]>
  /** Brings the store and what others see of it together: numbers for drafts, edited task files, the remote. */
  sync(terms?: Terms): Promise<Synced>
  tasks(): Promise<readonly Summary[]>
  task(id: number): Promise<Task>
  /** Changes a task's state along the drawn edges, while nobody else owns the task. */
  setStatus(id: number, status: Settable, reason?: string): Promise<Task>
  /** Commits everything in a task's tree in conventional form; undefined when there was nothing to commit. */
  commit(tree: string, said: Titled & { readonly body?: string }): Promise<string | undefined>
  /** Works on these tasks, or on all that are ready, until each landed, failed, or waits for something. */
  run(ids?: readonly number[], terms?: Terms): Promise<Report>
  land(ids: readonly number[], terms?: Terms): Promise<Report>
  /** Gives failed tasks another go, by another agent if one is named. */
  retry(ids: readonly number[], terms?: Terms & { readonly agent?: string }): Promise<Report>
  /** An isolated tree for a task, with its plan inside; the same one when asked again. */
  tree(id: number, terms?: Terms): Promise<{ readonly task: Task; readonly place: Place; readonly made: boolean }>
  /** Makes a task this program's own, to work on it itself. `OSIER_SESSION` tells programs that share a clone apart. */
  claim(id: number, how?: Partial<Claiming> & Terms): Promise<Claimed>
  /** Has the work of a claimed task judged and landed; rejects when it is not done or does not pass. */
  done(id: number, terms?: Terms): Promise<Report>
  /** Gives a claimed task back; what was done is kept. */
  release(id: number): Promise<Released>
  /** Lets an agent take a task apart, or answer a question, by reading alone; what waits for a word is not asked for again. */
  plan(task: number | string, terms?: Terms): Promise<Proposed>
  explore(question: number | string, terms?: Terms): Promise<Proposed>
  /** Makes tasks of what was proposed for a task. */
  accept(id: number): Promise<Accepted>
  discard(id: number): Promise<{ readonly keep?: string }>
  clean(options?: { readonly dryRun?: boolean }): Promise<{ readonly removed: readonly Removed[]; readonly left: readonly Left[] }>
  /** What happened behind `since`; with `follow`, also what comes. */
  events(options?: { readonly since?: number; readonly follow?: boolean }): AsyncIterable<Event>
  close(): Promise<void>
}

/** Opens the repository at a folder. Close it at the end: `await using osier = await open()`. */
export const open = async (at = "."): Promise<Osier> => {
  const old = nodeTooOld(process.versions.node, manifest.engines.node)
  if (old !== undefined) throw old
  const roof = Layer.merge(Layer.succeed(PoolWorker, new URL("./worker.ts", import.meta.url)), Layer.succeed(BuiltIn, adapters))
  const runtime = ManagedRuntime.make(Layer.merge(worldAt(at), roof))
  const context = await runtime.context()

  const promise = async <A, E>(effect: Effect.Effect<A, E, World>, signal?: AbortSignal): Promise<A> => {
    const exit = await runtime.runPromiseExit(effect, signal === undefined ? {} : { signal })
    if (Exit.isSuccess(exit)) return exit.value
    throw Cause.squash(exit.cause)
  }
  const withEngine = <A, E, R>(effect: Effect.Effect<A, E, R>, { settings = {}, options = {} }: Terms = {}) =>
    Effect.flatMap(readSettings(settings), (read) => Effect.provide(effect, engineOf({ ...read, options })))

  const close = () => runtime.dispose()
  return {
    addTasks: (tasks, { from = [], again = "resume", ...terms } = {}) =>
      promise(
        withEngine(
          Effect.gen(function* () {
            const { settings } = yield* RunContext
            return yield* addTasks(yield* declared(at, tasks, from, settings), { again })
          }),
          terms,
        ),
        terms.signal,
      ),
    // Nothing here may ask a remote: that is what drafts are for.
    addDrafts: (tasks, { from = [], settings: given = {}, signal } = {}) =>
      promise(
        Effect.gen(function* () {
          const { settings } = yield* readSettings(given)
          const found = yield* declared(at, tasks, from, settings).pipe(Effect.provide(adaptersOf(settings)))
          return yield* addDrafts(found, settings.agent)
        }),
        signal,
      ),
    sync: (terms) => promise(withEngine(sync(), terms), terms?.signal),
    tasks: () => promise(listTasks()),
    task: (id) => promise(Effect.map(readTask(id), ({ task }) => task)),
    setStatus: (id, status, reason) =>
      promise(
        holding("task", String(id), (held) =>
          changeTask(id, (task) => ({ ...task, status, ...(reason === undefined ? {} : { reason }) }), { held }),
        ).pipe(Effect.map(({ task }) => task)),
      ),
    commit: (tree, said) => promise(commitTree(tree, said)),
    run: (ids, terms = {}) => promise(withEngine(run({ ids: ids ?? "ready" }), terms), terms.signal),
    land: (ids, terms = {}) => promise(withEngine(landTasks(ids), { ...terms, options: { asked: true, ...terms.options } }), terms.signal),
    retry: (ids, terms = {}) => promise(withEngine(retryTasks(ids, terms.agent), terms), terms.signal),
    tree: (id, terms) => promise(withEngine(treeTask(id), terms), terms?.signal),
    claim: (id, { settings = {}, options = {}, signal, ...how } = {}) =>
      promise(withEngine(claimTask(id, { steal: false, tree: true, allowOverlap: false, ...how }), { settings, options }), signal),
    done: (id, terms) => promise(withEngine(doneTask(id), terms), terms?.signal),
    release: (id) => promise(withEngine(releaseTask(id))),
    plan: (task, terms) => promise(withEngine(propose(at, "plan", task), terms), terms?.signal),
    explore: (question, terms) => promise(withEngine(propose(at, "explore", question), terms), terms?.signal),
    accept: (id) => promise(withEngine(Effect.flatMap(readTask(id), ({ task }) => acceptProposal(id, task.kind ?? "plan")))),
    discard: (id) => promise(withEngine(discardTask(id))),
    clean: ({ dryRun = false } = {}) => promise(withEngine(clean({ dryRun }))),
    events: ({ since = 0, follow = false } = {}) =>
      Stream.toAsyncIterableWith(
        Stream.unwrap(Journal.use((journal) => Effect.succeed(follow ? journal.follow(since) : journal.read(since)))),
        context,
      ),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The tasks that a caller gave, checked like those of a plan; paths are meant from the repository's folder. */
const declared = Effect.fnUntraced(function* (at: string, words: readonly GivenTask[], from: readonly string[], settings: Settings) {
  return yield* readPlan({ words, from, at, known: yield* knownOf(settings) })
})

/** The proposal of a task that only reads: the standing one, or else one that is made now. */
const propose = Effect.fnUntraced(function* (at: string, kind: Kind, asked: number | string) {
  const { settings } = yield* RunContext
  const added = typeof asked === "number" ? [] : yield* addTasks(yield* declared(at, [asked], [], settings), { again: "resume", kind })
  const id = typeof asked === "number" ? asked : (added[0]?.id ?? 0)
  return (yield* standingProposal(id, kind)) ?? (yield* kind === "plan" ? plan(id) : explore(id))
})

import type { Redis } from '../../platform/redis/redis.ts'
import { reuseKeys, reuseScript } from './reuse-layout.ts'

const SCRIPTS = {
  enter: reuseScript('enter', 'room'),
  lead: reuseScript('lead'),
  peek: reuseScript('peek'),
  leave: reuseScript('leave', 'room'),
  forget: reuseScript('forget', 'room'),
}

/** So many runs that wait are told at a time. */
export const MOST_TOLD = 500
/** So many results are looked at, or forgotten, at a time. */
const BATCH = 500
/** How long failures of a question, and that its results cannot be shared, are remembered, in ms. */
const REMEMBERED_MS = 60_000

/** What Redis needs for each result beside its own bytes, and for each mark in all, as measured. */
export const ENTRY_BYTES = 800

/** What a run asks of its models, by the hash of all that makes it so. */
export interface AskedQuestion {
  readonly project: string
  readonly task: string
  readonly hash: string
}

export interface Question extends AskedQuestion {
  /** Of what it is about, whichever revision was drawn for it. */
  readonly subject: string
}

/** `repeated`: another run was about the same before. */
export type Entered = { readonly repeated: boolean } & EnteredAs

/**
 * `beside`: it executes, whatever others do. `hit`: there is a result. `lead`: the run executes, and others wait for it while it keeps its lease. `wait`: another run
 * leads; its lease ends in `leaseMs` unless it is kept, and `before` runs wait already.
 */
type EnteredAs =
  | { readonly outcome: 'beside' }
  | { readonly outcome: 'hit'; readonly text: string }
  | { readonly outcome: 'lead' }
  | { readonly outcome: 'wait'; readonly leaseMs: number; readonly before: number }

/** What became of a run that leads, see `leave.lua`. */
export type Became = 'alone' | 'failed' | 'released'

export interface ReuseStoreOptions {
  /** How long a run leads without a sign of its worker, in ms. */
  readonly leaseMs: number
  /** Most bytes of the results that are kept of one project. */
  readonly projectBytes: number
}

export type ReuseStore = ReturnType<typeof createReuseStore>

/** The only owner of the results that runs reuse, and of who waits for which run. */
export function createReuseStore(redis: Redis, { leaseMs, projectBytes }: ReuseStoreOptions) {
  const most = Math.floor(projectBytes)
  const leave = async (
    { project, task, hash }: AskedQuestion,
    run: string,
    args: readonly (string | number)[],
  ): Promise<string[]> =>
    (await SCRIPTS.leave(redis, [reuseKeys(project).prefix], [task, hash, run, ...args])) as string[]

  return {
    leaseMs,
    /** A larger result is not kept. */
    mostBytes: most - ENTRY_BYTES,

    /**
     * @param maxAgeMs a result that was kept so long ago is none; null: none is looked for
     * @param markMs how long it is known that this was asked
     */
    async enter(question: Question, run: string, maxAgeMs: number | null, markMs: number): Promise<Entered> {
      const { project, task, hash, subject } = question
      const age = maxAgeMs === null ? '' : Math.ceil(maxAgeMs)
      const mark = [subject, Math.ceil(markMs), ENTRY_BYTES, most]
      const args = [task, hash, run, age, Math.ceil(leaseMs), ...mark]
      const reply = await SCRIPTS.enter(redis, [reuseKeys(project).prefix], args)
      const [asked, outcome, first, before] = reply as [number, Entered['outcome'], string | number, number]
      const repeated = asked === 1
      if (outcome === 'hit') return { repeated, outcome, text: String(first) }
      return outcome === 'wait'
        ? { repeated, outcome, leaseMs: Number(first), before }
        : { repeated, outcome }
    },

    /** Keeps the lead of a run for so long from now. */
    async keepLead({ project, task, hash }: Question, run: string, ms: number): Promise<void> {
      await SCRIPTS.lead(redis, [reuseKeys(project).prefix], [task, hash, run, Math.ceil(ms)])
    },

    /**
     * True when a run that waits need not any more: there is a result for it, or it may lead. Else it is told when that is
     * so.
     * @param maxAgeMs as it entered with
     */
    async isOpen({ project, task, hash }: Question, run: string, maxAgeMs: number): Promise<boolean> {
      const args = [task, hash, run, Math.ceil(leaseMs), Math.ceil(maxAgeMs)]
      return (await SCRIPTS.peek(redis, [reuseKeys(project).prefix], args)) === 1
    },

    /**
     * Keeps the result of a run, and ends its lead. Returns runs that waited; more are left while it returns `MOST_TOLD`.
     * @param ms for how long at least: it lasts as long as the one whose place it takes
     * @param standsIn true: where there is one that lasts longer, it does not take its place
     */
    keepResult: (
      question: Question,
      run: string,
      text: string,
      ms: number,
      standsIn = false,
    ): Promise<string[]> => {
      const bytes = Buffer.byteLength(text) + ENTRY_BYTES
      const kept = [text, bytes, most, question.subject, ENTRY_BYTES, standsIn ? '1' : '']
      return leave(question, run, ['kept', Math.ceil(ms), MOST_TOLD, ...kept])
    },

    /** Ends the lead of a run without a result. Returns runs that waited, as many as may lead now. */
    leave: (question: AskedQuestion, run: string, became: Became): Promise<string[]> =>
      leave(question, run, [became, REMEMBERED_MS, MOST_TOLD]),

    /** Runs that still wait though there is a result; more are left while it returns `MOST_TOLD`. */
    async takeWaiting({ project, task, hash }: AskedQuestion): Promise<string[]> {
      const taken = await redis.zpopmin(reuseKeys(project).waiting(task, hash), MOST_TOLD)
      return taken.filter((_, at) => at % 2 === 0).map(String)
    },

    /** Forgets one result. */
    async forget({ project, task, hash }: Question): Promise<void> {
      await SCRIPTS.forget(redis, [reuseKeys(project).prefix], [task, hash])
    },

    /** Forgets all results of a task. */
    async forgetTask(project: string, task: string): Promise<void> {
      const { kept, prefix } = reuseKeys(project)
      let cursor = '0'
      do {
        const [next, found] = await redis.zscan(kept, cursor, 'MATCH', `${task}:*`, 'COUNT', BATCH)
        cursor = next
        const names = found.filter((_, at) => at % 2 === 0).map((name) => name.slice(task.length + 1))
        const args = names.flatMap((hash) => [task, hash])
        for (let at = 0; at < args.length; at += 2 * BATCH) {
          await SCRIPTS.forget(redis, [prefix], args.slice(at, at + 2 * BATCH))
        }
      } while (cursor !== '0')
    },
  }
}

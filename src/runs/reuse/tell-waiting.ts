import type { RunStore } from '../store/run-store.ts'
import { type AskedQuestion, MOST_TOLD, type ReuseStore } from './reuse-store.ts'

export interface TellWaitingDeps {
  readonly reuse: ReuseStore
  readonly runs: Pick<RunStore, 'wake'>
}

/** So many of those that wait are looked for that still do: others were cancelled, or their time is over. */
const MOST_TRIES = 100

/** Tells all runs that wait for a question to look again. `first`: those that were taken already. */
export async function tellAll(
  { reuse, runs }: TellWaitingDeps,
  question: AskedQuestion,
  first: readonly string[],
): Promise<void> {
  for (let ids = first; ids.length > 0; ids = await reuse.takeWaiting(question)) {
    await runs.wake(ids)
    if (ids.length < MOST_TOLD) return
  }
}

/**
 * Tells as many runs that wait as may lead now, the oldest first. One that was told and does not wait any more has its
 * place taken by the next. Some may be told too many: they look, and wait again.
 */
export async function tellNext(
  { reuse, runs }: TellWaitingDeps,
  question: AskedQuestion,
  run: string,
  first: readonly string[],
): Promise<void> {
  let ids = first
  for (let tried = 0; ids.length > 0 && tried < MOST_TRIES; tried += 1) {
    if ((await runs.wake(ids)) === ids.length) return
    ids = await reuse.leave(question, run, 'released')
  }
}

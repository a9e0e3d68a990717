import type { RunStore } from '../runs/store/run-store.ts'
import { type Family, LabelledSums } from './family.ts'

type Backlog = Awaited<ReturnType<RunStore['backlog']>>

/** The families of runs that have not ended. */
export function queueFamilies(backlog: Backlog): Family[] {
  const runs = new LabelledSums('splitrun_queue_runs', 'Runs that have not ended, by state.', 'gauge')
  const age = new LabelledSums(
    'splitrun_queue_oldest_age_seconds',
    'Age of the oldest enqueued run, and of the oldest claim; 0 where there is none.',
    'gauge',
  )
  for (const [state, { runs: count, oldestMs }] of Object.entries(backlog)) {
    runs.add({ state }, count)
    if (oldestMs !== null) age.add({ state }, oldestMs)
  }
  return [runs.family(), age.family(0.001)]
}

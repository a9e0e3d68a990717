import { setImmediate } from 'node:timers/promises'
import type { Logger } from '../../platform/logger.ts'
import type { Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { OTHER } from '../../totals/cardinality-store.ts'
import { splitName } from '../../totals/rollup.ts'
import { type CompareRevisionsDeps, compareRevisions } from '../compare-revisions.ts'
import type { Compared } from '../verdict.ts'
import type { NotedVerdict, VerdictNotes } from './verdict-notes.ts'

export interface NoteVerdictsDeps extends CompareRevisionsDeps {
  readonly tasks: TaskStore
  readonly verdicts: VerdictNotes
  readonly log: Logger
}

/** How often verdicts are noted, in ms, of how many tasks at a time, and for how long: some comparisons take a second. */
const EVERY_MS = 30_000
const MOST_TASKS = 100
const LONGEST_MS = 2000
const ALPHA = 0.05

/**
 * Compares the revisions of tasks that have something to compare and are in the metrics, and notes what is found for
 * those. Some tasks in each period, by one process; the next ones in the next.
 */
export async function noteVerdicts(deps: NoteVerdictsDeps, now: number, signal: AbortSignal): Promise<void> {
  if (!(await deps.verdicts.isDue(EVERY_MS))) return
  const series = seriesByTask(await deps.rollups.namesForEver())
  const noted = (await deps.verdicts.all()).map(({ project, task }) => `${project}/${task}`)
  const cursor = await deps.verdicts.cursor()
  const ahead = [...new Set([...series.keys(), ...noted])].sort().filter((name) => !cursor || name > cursor)
  const batch = ahead.slice(0, MOST_TASKS)
  const end = performance.now() + LONGEST_MS
  let last: string | undefined
  for (const name of batch) {
    if (signal.aborted) return
    if (performance.now() > end) break
    const [project = '', task = ''] = name.split('/')
    const stored = await deps.tasks.recent(project, task)
    const all = stored && isComparable(stored) ? await verdictsOf(deps, stored, now) : []
    const own = series.get(name)
    const verdicts = all.filter(({ revision }) => own?.has(revision))
    await deps.verdicts.note({ project, task, verdicts })
    last = name
    await setImmediate()
  }
  await deps.verdicts.moveTo(last === undefined || last === ahead.at(-1) ? null : last)
}

/** The revisions with series of their own, by `<project>/<task>`. */
function seriesByTask(names: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const name of names) {
    const [project, task, revision] = splitName(name)
    if (!project || !task || !revision || task === OTHER) continue
    const of = `${project}/${task}`
    found.set(of, (found.get(of) ?? new Set()).add(revision))
  }
  return found
}

const isComparable = ({ active_revisions, shadow }: Task): boolean =>
  shadow !== null || active_revisions.filter(({ weight }) => weight > 0).length > 1

async function verdictsOf(
  deps: NoteVerdictsDeps,
  { id: task, project_id: project }: Task,
  now: number,
): Promise<NotedVerdict[]> {
  const asked = { baseline: null, since: null, primary: 'failed', alpha: ALPHA }
  try {
    const { revisions, pairs } = await compareRevisions(deps, { project, task, ...asked }, now)
    return [
      ...revisions.flatMap(({ revision, metrics }) =>
        metrics.map((each) => noteOf(revision, 'traffic', each)),
      ),
      ...pairs.flatMap(({ revision, metrics }) => metrics.map((each) => noteOf(revision, 'shadow', each))),
    ]
  } catch (err) {
    deps.log.debug({ err, task_id: task }, 'the revisions of a task could not be compared for the metrics')
    return []
  }
}

const noteOf = (revision: string, of: NotedVerdict['of'], compared: Compared): NotedVerdict => ({
  ...{ revision, of, metric: compared.metric.name, verdict: compared.verdict },
  difference: compared.difference,
  interval: compared.differenceInterval,
})

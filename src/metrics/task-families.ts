import type { Task } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { OTHER } from '../totals/cardinality-store.ts'
import { joinName } from '../totals/rollup.ts'
import { type Family, LabelledSums } from './family.ts'

const LONGEST_ANNOTATION = 60

/** A revision with its project: after an import, several projects may have a revision with the same id. */
export interface NamedRevision {
  readonly project: string
  readonly id: string
}

/**
 * The names that belong to the ids in the other families, and the configured shares of traffic.
 * @param revisions those with series of their own
 */
export async function taskFamilies(
  store: TaskStore,
  tasks: readonly Task[],
  revisions: readonly NamedRevision[],
): Promise<Family[]> {
  const named = new Set(revisions.map(({ project, id }) => joinName([project, id])))
  const other = { project: OTHER, task: OTHER }
  const info = new LabelledSums('splitrun_task_info', 'Always 1: the name of a task.', 'gauge')
  const revisionInfo = new LabelledSums(
    'splitrun_revision_info',
    'Always 1: the annotation of a revision.',
    'gauge',
  )
  const share = new LabelledSums(
    'splitrun_traffic_share_configured',
    "Share of a task's traffic that a revision's weight asks for, 0 to 1.",
    'gauge',
  )
  const unnamed = new Map<string, { project: string; task: string }>()
  for (const { id: task, project_id: project, name, active_revisions } of tasks) {
    info.add({ project, task, task_name: name }, 1)
    const largest = Math.max(...active_revisions.map(({ weight }) => weight))
    const total = active_revisions.reduce((sum, { weight }) => sum + weight / largest, 0)
    for (const { task_revision_id: id, weight } of active_revisions) {
      const revision = named.has(joinName([project, id])) ? id : OTHER
      share.add({ project, task, revision }, weight / largest / total)
      if (revision === OTHER) unnamed.set(joinName([project, task]), { project, task })
    }
  }
  // A query that joins names must find one for `other`, too.
  info.add({ ...other, task_name: OTHER }, 1)
  for (const owner of [other, ...unnamed.values()]) {
    revisionInfo.add({ ...owner, revision: OTHER, created: '', annotation: '' }, 1)
  }
  const read = await Promise.all(
    revisions.map(async ({ project, id }) => ({ project, found: await store.revision(project, id) })),
  )
  for (const { project, found } of read) {
    if (!found) continue
    const { id: revision, task_id: task, created } = found
    const annotation = found.annotation?.slice(0, LONGEST_ANNOTATION).toWellFormed() ?? ''
    revisionInfo.add({ project, task, revision, created, annotation }, 1)
  }
  return [info, revisionInfo, share].map((sums) => sums.family())
}

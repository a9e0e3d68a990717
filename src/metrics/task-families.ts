import type { Task } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { OTHER } from '../totals/cardinality-store.ts'
import { type Family, LabelledSums } from './family.ts'

const LONGEST_ANNOTATION = 60

/**
 * The names that belong to the ids in the other families, and the configured shares of traffic.
 * @param revisions ids of the revisions with series of their own, with their projects
 */
export async function taskFamilies(
  store: TaskStore,
  tasks: readonly Task[],
  revisions: ReadonlyMap<string, string>,
): Promise<Family[]> {
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
  for (const { id: task, project_id: project, name, active_revisions } of tasks) {
    info.add({ project, task, task_name: name }, 1)
    const largest = Math.max(...active_revisions.map(({ weight }) => weight))
    const total = active_revisions.reduce((sum, { weight }) => sum + weight / largest, 0)
    for (const { task_revision_id: id, weight } of active_revisions) {
      share.add({ project, task, revision: revisions.has(id) ? id : OTHER }, weight / largest / total)
    }
  }
  // A query that joins names must find one for `other`, too.
  info.add({ ...other, task_name: OTHER }, 1)
  revisionInfo.add({ ...other, revision: OTHER, created: '', annotation: '' }, 1)
  const read = await Promise.all([...revisions].map(([id, project]) => store.revision(project, id)))
  for (const revision of read) {
    if (!revision) continue
    const { id, task_id: task, created } = revision
    const annotation = revision.annotation?.slice(0, LONGEST_ANNOTATION).toWellFormed() ?? ''
    revisionInfo.add({ project: revisions.get(id) ?? '', task, revision: id, created, annotation }, 1)
  }
  return [info, revisionInfo, share].map((sums) => sums.family())
}

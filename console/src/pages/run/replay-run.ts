import type { Client, ListedRun } from '@splitrun/client'
import { originalInputs } from './original-inputs.ts'
import { readFiles } from './read-files.ts'

/** What a run that is started again takes from another. */
type Replayed = Pick<ListedRun, 'id' | 'task_id' | 'task_revision_id' | 'reference' | 'reporting_group'>

/**
 * Starts a run again, on the revision that it had, with its inputs or others, and its files. The new run has its
 * reference and its reporting group.
 */
export async function replayRun(
  client: Client,
  run: Replayed,
  inputs?: object,
  revision = run.task_revision_id,
) {
  const task = client.task(run.task_id)
  const source = task.attach(run.id)
  const whole = await source.get()
  const files = await readFiles(source, whole)
  const submitted = inputs ?? originalInputs(whole)
  return task.submit(submitted, {
    files,
    revision_id: revision ?? undefined,
    reference: run.reference ?? undefined,
    reporting_group: run.reporting_group ?? undefined,
  })
}

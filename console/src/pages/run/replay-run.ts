import type { Client, ListedRun } from '@splitrun/client'

/** What a run that is started again takes from another. */
type Replayed = Pick<
  ListedRun,
  'id' | 'task_id' | 'task_revision_id' | 'reference' | 'reporting_group' | 'files'
>

/**
 * Starts a run again, on the revision that it had, with its inputs or others, and its images. The new run has its
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
  const submitted = inputs ?? (await source.get()).run_data.submitted
  const files = await Promise.all(run.files.map((name) => source.file(name)))
  return task.submit(submitted, {
    files,
    revision_id: revision ?? undefined,
    reference: run.reference ?? undefined,
    reporting_group: run.reporting_group ?? undefined,
  })
}

import { useApi } from '../../app/use-api.ts'

/** What the runs of a revision came to in the last days. */
export interface RevisionFigures {
  readonly runs: number
  readonly succeeded: number
  /** Milliseconds. */
  readonly p50: number | null
  readonly credits: string | null
}

/** The figures of a task's revisions, by their ids. */
export const useFigures = (task: string) =>
  useApi(
    ['reports', task, 'week'],
    async (client, signal): Promise<ReadonlyMap<string, RevisionFigures>> => {
      const query = { task, start_date: '7 days ago' }
      const [usage, timing, credit] = await Promise.all([
        client.reports.usage(query, { signal }),
        client.reports.timing(query, { signal }),
        client.reports.credit(query, { signal }),
      ])
      const times = new Map(timing.task_revisions.map((row) => [row.task_revision_id, row.timings.total.p50]))
      const spent = new Map(credit.task_revisions.map((row) => [row.task_revision_id, row.credits]))
      return new Map(
        usage.task_revisions.flatMap(({ task_revision_id: id, task_runs: runs, outcomes }) =>
          id === null
            ? []
            : [
                [
                  id,
                  {
                    runs,
                    succeeded: outcomes.succeeded,
                    p50: times.get(id) ?? null,
                    credits: spent.get(id) ?? null,
                  },
                ],
              ],
        ),
      )
    },
    { every: 10_000 },
  )

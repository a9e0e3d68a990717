import { useProject } from '../../app/project.ts'
import { useApi } from '../../app/use-api.ts'

/** What the runs of a revision came to in the last days. */
export interface RevisionFigures {
  readonly runs: number
  readonly succeeded: number
  /** Milliseconds. */
  readonly p50: number | null
  readonly credits: string | null
}

const NO_RUNS: RevisionFigures = { runs: 0, succeeded: 0, p50: null, credits: '0' }

/** The figures of a task's revisions, and how they are read; null where they may not be. */
export function useFigures(task: string) {
  const { whyNot } = useProject()
  const mayReport = whyNot('run:read') === null
  const query = useQueryOfFigures(task, mayReport)
  return {
    query: mayReport ? query : null,
    /** Undefined as long as nothing is known. */
    of: (revision: string) => query.data && (query.data.get(revision) ?? NO_RUNS),
  }
}

/** By the ids of the revisions that had runs. */
const useQueryOfFigures = (task: string, enabled: boolean) =>
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
    { every: 10_000, enabled },
  )

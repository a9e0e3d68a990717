import type { TaskRecord } from '@splitrun/client'
import { useApi } from '../../app/use-api.ts'
import { Loaded } from '../../parts/page/loaded.tsx'
import { ChangeTable } from './change-table.tsx'

/** As many are read. */
const MOST = 50

interface RecentChangesProps {
  readonly task: TaskRecord
  /** They are read anew when it is another one. */
  readonly version: string
  /** ISO time: earlier ones are left out. */
  readonly since: string
}

/** What a rollout has done to the weights. */
export function RecentChanges({ task, version, since }: RecentChangesProps) {
  const query = useApi(
    ['tasks', task.id, 'rollout-changes', version],
    (client, signal) => client.trafficHistory.page(task.id, { page_limit: MOST }, { signal }),
    { keep: true },
  )
  const isPart = (at: string) => Date.parse(at) >= Date.parse(since)
  return (
    <section className="section" aria-labelledby="changes">
      <h2 id="changes">What it has done</h2>
      <Loaded query={query} what="its changes">
        {({ results }) => <ChangeTable task={task} changes={results.filter(({ at }) => isPart(at))} />}
      </Loaded>
    </section>
  )
}

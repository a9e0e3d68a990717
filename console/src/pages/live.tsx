import './live/live.css'
import { useApi } from '../app/use-api.ts'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { useTasks } from '../parts/use-tasks.ts'
import { EndsFeed } from './live/ends-feed.tsx'
import { ProjectsQueue } from './live/projects-queue.tsx'
import { QueueState } from './live/queue-state.tsx'
import { RunningNow } from './live/running-now.tsx'

const EVERY_MS = 2_000

/** What happens now: what waits, what workers hold, and what ends. */
export default function Live() {
  const queue = useApi(['queue'], (client, signal) => client.queue({ signal }), { every: EVERY_MS })
  const { data: tasks = [] } = useTasks()
  const nameOf = (id: string) => tasks.find((task) => task.id === id)?.name ?? `…${id.slice(-6)}`
  return (
    <PageFrame title="Live">
      <Loaded query={queue} what="the queue">
        {(found) => <QueueState queue={found} />}
      </Loaded>
      <ProjectsQueue />
      <RunningNow nameOf={nameOf} />
      <EndsFeed nameOf={nameOf} />
    </PageFrame>
  )
}

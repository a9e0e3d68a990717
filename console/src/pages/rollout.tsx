import './rollout/rollout.css'
import { type Rollout as RolloutState, SplitrunError, type TaskRecord } from '@splitrun/client'
import { useApi } from '../app/use-api.ts'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { TaskViews } from '../parts/revisions/task-views.tsx'
import { useParam } from '../parts/use-address.ts'
import { useTask } from '../parts/use-tasks.ts'
import { RecentChanges } from './history/recent-changes.tsx'
import { RolloutNow } from './rollout/rollout-now.tsx'
import { isOpen } from './rollout/rollout-words.ts'
import { StartRollout } from './rollout/start-rollout.tsx'

const EVERY_MS = 3_000

/** The rollout of a task: the one that goes on, or the last one and a form that starts another. */
export default function Rollout() {
  const id = useParam('task')
  return (
    <Loaded page="Rollout" query={useTask(id)} what="the task">
      {({ task }) => <Shown task={task} />}
    </Loaded>
  )
}

function Shown({ task }: { task: TaskRecord }) {
  const query = useApi(
    ['tasks', task.id, 'rollout'],
    (client, signal): Promise<RolloutState | null> =>
      client.rollout.get(task.id, { signal }).catch((error: unknown) => {
        if (error instanceof SplitrunError && error.reason === 'ROLLOUT_NOT_FOUND') return null
        throw error
      }),
    { every: (rollout) => (rollout && isOpen(rollout) ? EVERY_MS : false) },
  )
  return (
    <PageFrame title={`${task.name}: rollout`}>
      <TaskViews task={task.id} />
      <Loaded query={query} what="the rollout">
        {(rollout) => (
          <>
            {rollout && <RolloutNow task={task} rollout={rollout} />}
            {rollout && (
              <RecentChanges
                task={task}
                // Each step is another change of weights.
                version={`${rollout.status} ${rollout.step}`}
                since={rollout.began}
              />
            )}
            {(!rollout || !isOpen(rollout)) && <StartRollout task={task} />}
          </>
        )}
      </Loaded>
    </PageFrame>
  )
}

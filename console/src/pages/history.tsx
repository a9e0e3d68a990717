import type { TaskRecord, TrafficChange } from '@splitrun/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useProject } from '../app/project.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { TaskViews } from '../parts/revisions/task-views.tsx'
import { useParam } from '../parts/use-address.ts'
import { useTask } from '../parts/use-tasks.ts'
import { ChangeTable } from './history/change-table.tsx'
import { RestoreWeights } from './history/restore-weights.tsx'

const PAGE = 30
const EVERY_MS = 5_000

/** Who changed the weights of a task, when and why, and the way back. */
export default function History() {
  const id = useParam('task')
  return (
    <Loaded page="History" query={useTask(id)} what="the task">
      {({ task }) => <Shown task={task} />}
    </Loaded>
  )
}

function Shown({ task }: { task: TaskRecord }) {
  const { client, project } = useProject()
  const query = useInfiniteQuery({
    queryKey: [project.id, 'tasks', task.id, 'traffic'],
    queryFn: ({ pageParam: before, signal }) =>
      client.trafficHistory.page(task.id, { page_limit: PAGE, ...(before && { before }) }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next_before: next }) => next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? EVERY_MS : false),
  })
  const changes = query.data?.pages.flatMap(({ results }) => results)
  const [newest, previous] = changes ?? []
  // What was before the first change is nothing, and a task without traffic is not what an undo is for.
  const isUndoable = newest !== undefined && previous !== undefined
  return (
    <PageFrame
      title={`${task.name}: history of weights`}
      actions={
        isUndoable && (
          <RestoreWeights task={task} change={previous}>
            Undo the last change
          </RestoreWeights>
        )
      }
    >
      <TaskViews task={task.id} />
      <Loaded query={{ ...query, data: changes }} what="the history">
        {(found) => (
          <ChangeTable
            task={task}
            changes={found}
            action={(change: TrafficChange) =>
              change.seq !== newest?.seq && (
                <RestoreWeights task={task} change={change}>
                  Give these weights again<span className="hidden">, of change {change.seq}</span>
                </RestoreWeights>
              )
            }
          />
        )}
      </Loaded>
      {query.hasNextPage && (
        <ActionButton busy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
          Older changes
        </ActionButton>
      )}
    </PageFrame>
  )
}

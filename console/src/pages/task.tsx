import type { TaskState } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { TaskViews } from '../parts/revisions/task-views.tsx'
import { useParam } from '../parts/use-address.ts'
import { useTask } from '../parts/use-tasks.ts'
import { CopyCall } from './task/copy-call.tsx'
import { RevisionTable } from './task/revision-table.tsx'
import { TrafficEditor } from './task/traffic-editor.tsx'

/** A task: its traffic and its revisions. */
export default function Task() {
  const id = useParam('task')
  return (
    <Loaded page="Task" query={useTask(id)} what="the task">
      {(state) => <Shown state={state} key={state.task.id} />}
    </Loaded>
  )
}

function Shown({ state }: { state: TaskState }) {
  const { task } = state
  const params = { task: task.id }
  const actions = (
    <>
      <Link to="/tasks/$task/edit" params={params} className="button primary">
        Edit
      </Link>
      <Link to="/playground" search={params} className="button">
        Playground
      </Link>
      <Link to="/runs" search={{ task: task.id }} className="button">
        Runs
      </Link>
      <CopyCall task={task} />
    </>
  )
  return (
    <PageFrame
      title={task.name}
      mark={task.enabled ? null : <span className="quiet">off: runs are refused</span>}
      actions={actions}
    >
      <TaskViews task={task.id} />
      {task.description && <p>{task.description}</p>}
      <TrafficEditor state={state} />
      <RevisionTable task={task} />
    </PageFrame>
  )
}

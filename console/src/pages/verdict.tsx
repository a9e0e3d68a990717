import './verdict/verdict.css'
import { type ComparisonQuery, SplitrunError, type TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useApi } from '../app/use-api.ts'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { TaskViews } from '../parts/revisions/task-views.tsx'
import { useFilters, useParam } from '../parts/use-address.ts'
import { useTask } from '../parts/use-tasks.ts'
import { ComparedRevisionView, ComparedShadowView } from './verdict/compared-revision.tsx'
import { ShadowSection } from './verdict/shadow-section.tsx'
import { Trust } from './verdict/trust.tsx'
import { VerdictFilters } from './verdict/verdict-filters.tsx'

const EVERY_MS = 5_000

/** Which of a task's revisions is better, by the runs that were drawn among them. */
export default function Verdict() {
  const id = useParam('task')
  return (
    <Loaded page="Verdict" query={useTask(id)} what="the task">
      {({ task }) => <Shown task={task} />}
    </Loaded>
  )
}

function Shown({ task }: { task: TaskRecord }) {
  const [{ baseline, since, primary }, setFilters] = useFilters()
  const asked: ComparisonQuery = { baseline, since, primary }
  const query = useApi(
    ['comparison', task.id, asked],
    (client, signal) =>
      client.comparison(task.id, asked, { signal }).catch((error: unknown) => {
        if (error instanceof SplitrunError && error.reason === 'NO_ACTIVE_REVISION') return null
        throw error
      }),
    { every: EVERY_MS, keep: true },
  )
  return (
    <PageFrame title={`${task.name}: which is better`}>
      <TaskViews task={task.id} />
      <VerdictFilters task={task} given={{ baseline, since, primary }} onChange={setFilters} />
      <Loaded query={query} what="the comparison">
        {(comparison) =>
          !comparison || comparison.revisions.length + comparison.pairs.length === 0 ? (
            <NothingToCompare task={task} />
          ) : (
            <>
              <p className="verdict">{comparison.summary}</p>
              {comparison.revisions.map((revision) => (
                <ComparedRevisionView
                  key={revision.task_revision_id}
                  {...{ task, revision, baseline: comparison.baseline, primary: comparison.primary }}
                />
              ))}
              {comparison.pairs.map((shadow) => (
                <ComparedShadowView
                  key={shadow.task_revision_id}
                  {...{ task, baseline: comparison.baseline, primary: comparison.primary }}
                  revision={shadow}
                />
              ))}
              <Trust comparison={comparison} />
            </>
          )
        }
      </Loaded>
      <ShadowSection task={task} />
    </PageFrame>
  )
}

function NothingToCompare({ task }: { task: TaskRecord }) {
  const params = { task: task.id }
  return (
    <Empty title="There is nothing to compare">
      <p>
        {task.active_revisions.length === 0
          ? 'No revision has a share of the traffic.'
          : 'One revision has all of the traffic.'}{' '}
        Runs say which of two revisions is better once they are drawn between them.
      </p>
      <p>
        <Link to="/tasks/$task/rollout" params={params}>
          Roll another revision out
        </Link>
        , which gives it traffic as far as it does no harm, or{' '}
        <Link to="/tasks/$task" params={params}>
          split the traffic
        </Link>{' '}
        by hand.
      </p>
    </Empty>
  )
}

import type { Run } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useProject } from '../app/project.ts'
import { useApi, useChange } from '../app/use-api.ts'
import { useKept } from '../app/use-kept.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { Unread } from '../parts/page/unread.tsx'
import { SimulatedMark, useIsSimulated } from '../parts/simulated.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { useParam } from '../parts/use-address.ts'
import { useTask } from '../parts/use-tasks.ts'
import { PromptsSent } from './run/prompts-sent.tsx'
import { ReplayForm } from './run/replay-form.tsx'
import { RunCost } from './run/run-cost.tsx'
import { RunFacts } from './run/run-facts.tsx'
import { RunFeedback } from './run/run-feedback.tsx'
import { RunFiles } from './run/run-files.tsx'
import { Waterfall } from './run/waterfall.tsx'

/** How often a run is read that goes on. */
const EVERY_MS = 1_000

/** A run: what went in, what came out, and where the time and the money went. */
export default function RunPage() {
  const [task, id] = [useParam('task'), useParam('run')]
  const query = useApi(['runs', id], (client, signal) => client.task(task).attach(id).get({ signal }), {
    every: (run) => (run?.done ? false : EVERY_MS),
  })
  return (
    <Loaded page="Run" query={query} what="the run">
      {(run) => <Shown run={run} key={run.id} />}
    </Loaded>
  )
}

function Shown({ run }: { run: Run }) {
  const { whyNot } = useProject()
  const mayRead = whyNot('task:read') === null
  const task = useTask(run.task_id, mayRead)
  const { data: state } = task
  const [isReplaying, setReplaying] = useKept(`replaying ${run.id}`, () => false)
  const isSimulated = useIsSimulated()
  const cancelling = useChange((client) => client.task(run.task_id).attach(run.id).cancel(), [['runs']])
  const revision = state?.task.revisions.find(({ id }) => id === run.task_revision_id)
  return (
    <PageFrame
      title={`Run of ${state?.task.name ?? 'a task'}`}
      mark={
        <>
          <StatusMark status={run.status} /> {isSimulated(run.model) && <SimulatedMark />}
        </>
      }
      actions={
        <>
          {!run.done && (
            <ActionButton
              scope="run:write"
              busy={cancelling.isPending}
              onPress={() => cancelling.mutate(undefined)}
            >
              Cancel
            </ActionButton>
          )}
          <ActionButton scope="run:write" onPress={() => setReplaying(true)}>
            Run again…
          </ActionButton>
          <Link
            to="/playground"
            search={{
              task: run.task_id,
              run: run.id,
              ...(run.task_revision_id && { revisions: run.task_revision_id }),
            }}
            className="button"
          >
            Open in playground
          </Link>
          <Link to="/tasks/$task" params={{ task: run.task_id }} className="button">
            Task
          </Link>
        </>
      }
    >
      {cancelling.error && !run.done && <Problem error={cancelling.error} />}
      {run.error && (
        <div className="problem">
          <p>
            <strong>{run.error.reason}</strong> {run.error.message}
          </p>
          {run.error.refusal && <pre>{run.error.refusal}</pre>}
          {run.error.partial && <pre>{run.error.partial}</pre>}
        </div>
      )}
      {run.waiting_on && (
        <p role="status">
          It waits for {run.waiting_on.limit.replaceAll('_', ' ')} of {run.waiting_on.name}, and is tried
          again <Moment at={run.waiting_on.until} />: see <Link to="/limits">limits</Link>.
        </p>
      )}
      <div className="columns">
        <section aria-labelledby="inputs">
          <h2 id="inputs">Inputs</h2>
          <JsonView value={run.run_data.submitted} />
          <RunFiles run={run} which="given" />
        </section>
        <section aria-labelledby="output">
          <h2 id="output">Output</h2>
          {run.response === null ? (
            <p className="quiet">{run.done ? 'There is none.' : 'Not yet.'}</p>
          ) : typeof run.response === 'string' ? (
            <pre>{run.response}</pre>
          ) : (
            <JsonView value={run.response} />
          )}
          <RunFiles run={run} which="made" />
        </section>
      </div>
      {mayRead ? (
        <Unread query={task} what="the task, with the scores and prompts of its runs" />
      ) : (
        <p className="quiet">Its prompts, and what may be said of it, are not shown: {whyNot('task:read')}</p>
      )}
      <RunFeedback run={run} task={state?.task} />
      <Waterfall run={run} />
      <RunCost run={run} />
      {revision && <PromptsSent revision={revision} run={run} />}
      <RunFacts run={run} task={state?.task} />
      {isReplaying && <ReplayForm run={run} onClose={() => setReplaying(false)} />}
    </PageFrame>
  )
}

import type { Run, TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { count, credits } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { ModelName } from '../../parts/simulated.tsx'
import { revisionName } from '../../parts/use-tasks.ts'

/** What a run was, and what it used. */
export function RunFacts({ run, task }: { run: Run; task: TaskRecord | undefined }) {
  const { task_revision_id: revision } = run
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Id', <code key="id">{run.id}</code>],
    ['Created', <Moment key="created" at={run.created} utc />],
    ['Ended', run.settled && <Moment key="ended" at={run.settled} utc />],
    ['Revision', revision && (task ? <RevisionLink key="revision" task={task} id={revision} /> : revision)],
    ['Model', run.model && <ModelName key="model" model={run.model} />],
    ['Fallback', run.used_fallback_model ? `yes: ${run.primary_failure_reason}` : null],
    [
      'Tokens',
      `${count(run.input_tokens)} in, ${count(run.output_tokens)} out${run.estimated ? ', estimated' : ''}`,
    ],
    ['Credits', `${credits(run.charged_credits)}${run.cost_exact ? '' : ', not exact'}`],
    [
      'Result of',
      run.cached_from && (
        <>
          <Link to="/runs/$task/$run" params={{ task: run.task_id, run: run.cached_from }}>
            another run
          </Link>
          , which asked the same: {credits(run.saved_credits)} credits saved
        </>
      ),
    ],
    ['Answer ended by', run.finish_reason],
    ['Answer was', run.output_check],
    ['Reference', run.reference && <Same key="reference" name="reference" value={run.reference} />],
    [
      'Reporting group',
      run.reporting_group && <Same key="group" name="reporting_group" value={run.reporting_group} />,
    ],
    ['Trace', run.trace_id && <code key="trace">{run.trace_id}</code>],
    ['Hash of the prompts', run.prompt_hash && <code key="hash">{run.prompt_hash}</code>],
  ]
  return (
    <dl>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

const RevisionLink = ({ task, id }: { task: TaskRecord; id: string }) => (
  <Link to="/tasks/$task/edit" params={{ task: task.id }} search={{ from: id }}>
    {revisionName(task, id)}
  </Link>
)

/** A value, and all runs that have the same. */
const Same = ({ name, value }: { name: string; value: string }) => (
  <Link to="/runs" search={{ [name]: value }}>
    {value}
  </Link>
)

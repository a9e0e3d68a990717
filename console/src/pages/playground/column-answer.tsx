import { Link } from '@tanstack/react-router'
import { count, credits, duration } from '../../parts/figures.ts'
import { JsonView } from '../../parts/json-view.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { SimulatedMark, useIsSimulated } from '../../parts/simulated.tsx'
import { StatusMark } from '../../parts/status-mark.tsx'
import type { Progress } from './progress.ts'

/** What the run of a column says, what it came to and what that took. */
export function ColumnAnswer({ task, progress }: { task: string; progress: Progress }) {
  const { answer, ended, error, status, again, model, run } = progress
  const isSimulated = useIsSimulated()
  return (
    <div className="playground-answer" aria-busy={ended === null && error === null}>
      <p className="row">
        {status === 'preparing' ? <span className="quiet">being sent…</span> : <StatusMark status={status} />}
        {isSimulated(model) && <SimulatedMark />}
        {run && (
          <Link to="/runs/$task/$run" params={{ task, run }}>
            This run
          </Link>
        )}
      </p>
      {again && <p className="quiet">Earlier {again}.</p>}
      {typeof answer === 'string' ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys
        <pre tabIndex={0}>{answer}</pre>
      ) : (
        answer !== undefined && <JsonView value={answer} />
      )}
      {error !== null && <Problem error={error} />}
      {ended && (
        <dl>
          <dt>Took</dt>
          <dd>{ended.timings ? duration(ended.timings.total) : '—'}</dd>
          <dt>Credits</dt>
          <dd>{credits(ended.charged_credits)}</dd>
          <dt>Tokens</dt>
          <dd>
            {count(ended.input_tokens)} in, {count(ended.output_tokens)} out
          </dd>
        </dl>
      )}
    </div>
  )
}

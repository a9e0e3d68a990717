import type { Comparison } from '@splitrun/client'
import { count, percent } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'

/** What stands behind a comparison: which runs, how they were drawn, and what was left out. */
export function Trust({ comparison }: { comparison: Comparison }) {
  const { sample_ratio: ratio, excluded, left_out: leftOut, splits, alpha, unit, since } = comparison
  return (
    <section className="section" aria-labelledby="trust">
      <h2 id="trust">What this rests on</h2>
      {ratio.alarm && (
        <p className="problem" role="alert">
          The runs were not split as the weights say, so no figure here can be trusted. Something loses or
          repeats runs of one revision: look at its failures and at what stands before the API.
        </p>
      )}
      {ratio.feedback_alarm && (
        <p className="problem" role="alert">
          Feedback is given on one revision more often than on the other, beyond chance: scores are not
          decided.
        </p>
      )}
      <dl>
        <dt>Runs</dt>
        <dd>
          ended since <Moment at={since} />, drawn under {count(splits)} {splits === 1 ? 'split' : 'splits'}{' '}
          of the traffic
        </dd>
        <dt>Drawn as the weights say</dt>
        <dd>{ratio.alarm ? 'no' : 'yes, as far as can be told'}</dd>
        <dt>Drawn by</dt>
        <dd>{unit === 'key' ? 'key: callers send split_key' : 'run'}</dd>
        <dt>Left out</dt>
        <dd>
          {count(excluded.pinned)} runs whose caller chose the revision, {count(excluded.fallback_asked)}{' '}
          whose caller asked for the fallback model, {count(excluded.shadow)} of shadows,{' '}
          {count(excluded.repeated)} that asked what was asked before
          {leftOut > 0 && `; ${count(leftOut)} revisions with less traffic than those shown`}
        </dd>
        <dt>Wrong at most</dt>
        <dd>
          once in {count(1 / alpha)} comparisons ({percent(alpha)}), however often one looks
        </dd>
      </dl>
    </section>
  )
}

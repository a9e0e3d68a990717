import type { GuardState, Rollout } from '@splitrun/client'
import { DataTable } from '../../parts/data-table.tsx'
import { Meter } from '../../parts/meter.tsx'
import { metricName } from '../../parts/revisions/metric-words.ts'
import { boundText, evidenceShare } from './rollout-words.ts'

const FIGURE = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, notation: 'compact' })

/** The guards of a rollout: how much evidence there is for harm and for safety, and how much it takes. */
export function GuardTable({ rollout }: { rollout: Rollout }) {
  const { guards, on_harm: onHarm } = rollout
  return (
    <>
      <h3>Guards</h3>
      <p className="quiet">
        Evidence of 1 is none. Enough of it for harm {onHarm === 'pause' ? 'pauses' : 'rolls back'}; enough of
        it that the next share is safe, on every guard, goes on.
      </p>
      <DataTable
        rows={guards}
        keyOf={({ metric }) => metric}
        columns={[
          { head: 'Metric', cell: ({ metric }) => metricName(metric) },
          { head: 'Bound', cell: ({ metric, bound }) => boundText(metric, bound) },
          {
            head: 'Evidence for harm',
            cell: ({ metric, harm, harm_needed: needed }) => (
              <Evidence of={`harm in ${metricName(metric)}`} found={harm} needed={needed} tone="bad" />
            ),
          },
          {
            head: 'Evidence that the next share is safe',
            cell: ({ metric, safe, safe_needed: needed }: GuardState) => (
              <Evidence of={`safety in ${metricName(metric)}`} found={safe} needed={needed} tone="good" />
            ),
          },
        ]}
      />
    </>
  )
}

interface EvidenceProps {
  readonly of: string
  readonly found: number
  readonly needed: number
  readonly tone: 'good' | 'bad'
}

const Evidence = ({ of, found, needed, tone }: EvidenceProps) => (
  <Meter label={`Evidence of ${of}`} share={evidenceShare(found, needed)} tone={tone}>
    {FIGURE.format(found)} of {FIGURE.format(needed)}
  </Meter>
)

import type { Queue } from '@splitrun/client'
import { useApi } from '../../app/use-api.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { count } from '../../parts/figures.ts'
import { Empty } from '../../parts/page/empty.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import { limitKey, useWaiting } from './use-waiting.ts'
import { UsedMeter } from './used-meter.tsx'
import { WaitingRuns } from './waiting-runs.tsx'

const EVERY_MS = 2_000

/** What providers permit of the models, shared by the whole installation, and which runs of the project wait for it. */
export function ModelLimits() {
  const queue = useApi(['queue'], (client, signal) => client.queue({ signal }), { every: EVERY_MS })
  const waiting = useWaiting()
  return (
    <section className="section" aria-labelledby="of-models">
      <h2 id="of-models">Of models and servers</h2>
      <Loaded query={queue} what="limits">
        {({ limits }) =>
          limits.length === 0 ? (
            <Empty title="No model has a limit">
              Set <code>limits</code> of a model or of its server in the models file: then the fleet keeps
              them, and runs wait instead of being refused.
            </Empty>
          ) : (
            <LimitTable limits={limits} waits={waiting.runs && waiting.counts} />
          )
        }
      </Loaded>
      <WaitingRuns waiting={waiting} />
    </section>
  )
}

interface LimitTableProps {
  readonly limits: Queue['limits']
  /** Null as long as they are not known. */
  readonly waits: ReadonlyMap<string, number> | null
}

const LimitTable = ({ limits, waits }: LimitTableProps) => (
  <DataTable
    rows={limits}
    keyOf={limitKey}
    columns={[
      {
        head: 'Of',
        cell: ({ type, name }) => (
          <>
            {name} {type === 'server' && <small className="quiet">server</small>}
          </>
        ),
      },
      { head: 'Limit', cell: ({ limit }) => limit.replaceAll('_', ' ') },
      {
        head: 'Used',
        cell: (row) => (
          <UsedMeter label={`${row.limit} of ${row.name}`} used={row.most - row.left} most={row.most} />
        ),
      },
      {
        head: 'Runs that wait',
        isNumber: true,
        cell: (row) => (waits === null ? '—' : count(waits.get(limitKey(row)) ?? 0)),
      },
    ]}
  />
)

import type { Run } from '@splitrun/client'
import { DataTable } from '../../parts/data-table.tsx'
import { count, credits } from '../../parts/figures.ts'
import { ModelName, useModels } from '../../parts/simulated.tsx'
import { type CallCost, costOfRun } from './cost-of-run.ts'

const isNone = (amount: string): boolean => Number(amount) === 0

/** What a run cost, call by call. */
export function RunCost({ run }: { run: Run }) {
  const { data: models = [] } = useModels()
  const calls = costOfRun(run, models)
  if (calls.length === 0) return null
  return (
    <section className="section" aria-labelledby="cost">
      <h2 id="cost">Cost: {credits(run.charged_credits)} credits</h2>
      <DataTable
        rows={calls}
        keyOf={({ number }) => String(number)}
        columns={[
          { head: 'Call', cell: ({ number }) => `attempt ${number}` },
          { head: 'Model', cell: ({ model }) => <ModelName model={model} /> },
          { head: 'Input', isNumber: true, cell: ({ fresh }) => count(fresh) },
          { head: 'Cached input', isNumber: true, cell: ({ cached }) => count(cached) },
          { head: 'Answer', isNumber: true, cell: ({ answer }) => count(answer) },
          { head: 'Reasoning', isNumber: true, cell: ({ reasoning }) => count(reasoning) },
          {
            head: 'Credits at today’s prices',
            isNumber: true,
            cell: (call) => (call.credits === null ? '—' : credits(call.credits.toFixed(6))),
          },
          { head: 'Known', cell: (call) => knownText(call) },
        ]}
      />
      <p className="quiet">
        Tokens.{' '}
        {run.cost_exact
          ? 'The cost is exact.'
          : 'The cost is not exact: tokens are estimated, have no price of their own, or an answer was lost.'}{' '}
        {!isNone(run.possible_credits) &&
          `Calls whose answers are lost may have cost up to ${credits(run.possible_credits)} credits more, which are not charged here.`}
      </p>
    </section>
  )
}

function knownText({ isEstimated, isExact, possible }: CallCost): string {
  const tokens = isEstimated ? 'estimated' : isExact ? 'exact' : 'not exact'
  return isNone(possible) ? tokens : `${tokens}, up to ${credits(possible)} more`
}

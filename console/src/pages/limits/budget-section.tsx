import type { BudgetPolicy, Budgets, Client } from '@splitrun/client'
import { useApi } from '../../app/use-api.ts'
import { credits, percent } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { BudgetForm } from './budget-form.tsx'
import { PolicySection } from './policy-section.tsx'
import { UsedMeter } from './used-meter.tsx'
import { withPolicy } from './with-policy.ts'

const EVERY_MS = 3_000
const KEY = ['budgets']
const MODES = { hard: 'hard: what would go beyond is refused', soft: 'soft: it is only told of' } as const

/** Puts a budget in the place of another, among those that there are at that moment. */
const save = (client: Client, before: BudgetPolicy | null, next: BudgetPolicy | null) =>
  client.budgets.change((all) => withPolicy(all, before, next))

/** What the project, its tasks and its keys may spend, and what they do. */
export function BudgetSection() {
  const query = useApi(KEY, (client, signal) => client.budgets.get({ signal }), { every: EVERY_MS })
  return (
    <PolicySection
      query={query}
      policiesOf={({ budgets }: Budgets) => budgets}
      words={{
        id: 'budgets',
        title: 'Budgets',
        one: 'budget',
        empty: 'Without one, runs cost what they cost.',
      }}
      columns={({ usage }) => {
        const usageOf = ({ name }: BudgetPolicy) => usage.find(({ budget }) => budget === name)
        return [
          {
            head: 'May be spent',
            cell: ({ credits: most, per, mode }) => (
              <>
                {most} a {per} <small className="quiet">{MODES[mode]}</small>
              </>
            ),
          },
          { head: 'Spent', cell: (budget) => <Spent budget={budget} usage={usageOf(budget)} /> },
          {
            head: 'Held',
            isNumber: true,
            cell: (budget) => credits(usageOf(budget)?.held ?? ''),
          },
          {
            head: 'Lost',
            isNumber: true,
            cell: (budget) => credits(usageOf(budget)?.lost ?? ''),
          },
          {
            head: 'Projected',
            isNumber: true,
            cell: (budget) => <Projected budget={budget} usage={usageOf(budget)} />,
          },
          {
            head: 'Begins anew',
            cell: (budget) => {
              const ends = usageOf(budget)?.ends
              return ends && <Moment at={ends} />
            },
          },
        ]
      }}
      stale={KEY}
      save={save}
      form={(props) => <BudgetForm {...props} />}
    />
  )
}

interface FigureProps {
  readonly budget: BudgetPolicy
  readonly usage: Budgets['usage'][number] | undefined
}

function Spent({ budget, usage }: FigureProps) {
  if (!usage) return '—'
  const passed = usage.reached.map(percent)
  return (
    <>
      <UsedMeter label={`Spent of ${budget.name}`} used={Number(usage.spent)} most={budget.credits}>
        {credits(usage.spent)} of {budget.credits}
      </UsedMeter>
      {passed.length > 0 && <small> over {passed.join(', ')}</small>}
    </>
  )
}

/** What would be spent at the end, marked where that is too much. */
function Projected({ budget, usage }: FigureProps) {
  if (!usage) return '—'
  const isTooMuch = Number(usage.projected) > budget.credits
  return (
    <span className={isTooMuch ? 'limit-over' : undefined}>
      {credits(usage.projected)}
      {isTooMuch && ' too much'}
    </span>
  )
}

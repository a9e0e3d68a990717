import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limitsAndBudgets } from './limits-and-budgets.ts'
import { overview } from './overview.ts'
import { revisions } from './revisions.ts'
import { tokensAndCost } from './tokens-and-cost.ts'

/** Where Grafana finds them. */
export const DASHBOARDS_DIR = join(import.meta.dirname, 'dashboards')

/** The dashboards as their files hold them, by name of file. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const dashboards = {
    overview,
    'tokens-and-cost': tokensAndCost,
    'limits-and-budgets': limitsAndBudgets,
    revisions,
  }
  return new Map(
    Object.entries(dashboards).map(([name, make]) => [
      `${name}.json`,
      `${JSON.stringify(make().build(), null, 2)}\n`,
    ]),
  )
}

if (import.meta.main) {
  for (const [name, text] of dashboardFiles()) writeFileSync(join(DASHBOARDS_DIR, name), text)
}

import './limits/limits.css'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { BudgetSection } from './limits/budget-section.tsx'
import { LimitSection } from './limits/limit-section.tsx'
import { ModelLimits } from './limits/model-limits.tsx'

/** What bounds the runs of the project, how far it is used, and what waits for it. */
export default function Limits() {
  return (
    <PageFrame title="Limits and budgets">
      <ModelLimits />
      <LimitSection />
      <BudgetSection />
    </PageFrame>
  )
}

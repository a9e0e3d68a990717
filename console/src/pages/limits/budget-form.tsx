import type { BudgetPolicy } from '@splitrun/client'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Choice, Line } from '../../parts/fields.tsx'
import { budgetDraftOf, budgetOf } from './budget-draft.ts'
import type { PolicyFormProps } from './policy-section.tsx'
import { TargetFields } from './target-fields.tsx'

/** Asks what may be spent, by whom, and what happens then. */
export function BudgetForm({ policy, isBusy, onSave }: PolicyFormProps<BudgetPolicy>) {
  const [draft, setDraft] = useKept(`budget ${policy?.name}`, () => budgetDraftOf(policy))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(() => budgetOf(draft))
      }}
    >
      <Line label="Name" value={draft.name} onChange={(name) => setDraft({ ...draft, name })} />
      <TargetFields target={draft} onChange={(target) => setDraft({ ...draft, ...target })} />
      {draft.applies_to === 'key' && (
        <p className="quiet">
          It counts the runs that the key starts from now on. A task's own token is named by its id.
        </p>
      )}
      <Line label="Credits" value={draft.credits} onChange={(credits) => setDraft({ ...draft, credits })} />
      <Choice
        label="In a"
        value={draft.per}
        onChange={(per) => setDraft({ ...draft, per: per === 'day' ? 'day' : 'month' })}
      >
        <option value="day">day of UTC</option>
        <option value="month">month of UTC</option>
      </Choice>
      <Choice
        label="Once it is spent"
        value={draft.mode}
        onChange={(mode) => setDraft({ ...draft, mode: mode === 'soft' ? 'soft' : 'hard' })}
      >
        <option value="hard">runs are refused (hard)</option>
        <option value="soft">it is told of, no more (soft)</option>
      </Choice>
      <Line
        label="Tell of it at, in percent"
        value={draft.thresholds}
        onChange={(thresholds) => setDraft({ ...draft, thresholds })}
      />
      <ActionButton type="submit" primary busy={isBusy}>
        Set the budget
      </ActionButton>
    </form>
  )
}

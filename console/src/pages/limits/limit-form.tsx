import type { LimitPolicy } from '@splitrun/client'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Line } from '../../parts/fields.tsx'
import { limitDraftOf, limitOf, UNITS, type Unit } from './limit-draft.ts'
import type { PolicyFormProps } from './policy-section.tsx'
import { TargetFields } from './target-fields.tsx'

/** Asks what a limit is of, and how much it permits. */
export function LimitForm({ policy, isBusy, onSave }: PolicyFormProps<LimitPolicy>) {
  const [draft, setDraft] = useKept(`limit ${policy?.name}`, () => limitDraftOf(policy))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(() => limitOf(draft))
      }}
    >
      <Line label="Name" value={draft.name} onChange={(name) => setDraft({ ...draft, name })} />
      <TargetFields target={draft} onChange={(target) => setDraft({ ...draft, ...target })} />
      {(Object.keys(UNITS) as Unit[]).map((unit) => (
        <Line
          key={unit}
          label={`At most so many ${UNITS[unit]}`}
          placeholder="any number"
          value={draft[unit]}
          onChange={(value) => setDraft({ ...draft, [unit]: value })}
        />
      ))}
      <ActionButton type="submit" primary busy={isBusy}>
        Set the limit
      </ActionButton>
    </form>
  )
}

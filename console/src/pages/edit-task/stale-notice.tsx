import { changedFields, type Draft, FIELDS } from './draft.ts'
import { FieldDiffs } from './field-diffs.tsx'

interface StaleNoticeProps {
  /** What the editing began from. */
  readonly base: Draft
  /** What the task is now. */
  readonly theirs: Draft
  readonly mine: Draft
  /** Goes on from theirs, with what was changed here laid over it. */
  readonly onMerge: () => void
  /** Goes on from theirs, without what was changed here. */
  readonly onTakeTheirs: () => void
}

/** Somebody else has saved meanwhile: what they changed, what was changed here, and where both did. */
export function StaleNotice({ base, theirs, mine, onMerge, onTakeTheirs }: StaleNoticeProps) {
  const changedThere = changedFields(base, theirs)
  const changedHere = changedFields(base, mine)
  const both = changedThere.filter((field) => changedHere.includes(field))
  return (
    <section className="problem" role="alert" aria-labelledby="stale">
      <h2 id="stale">The task was changed meanwhile</h2>
      {changedThere.length === 0 ? (
        <p>Its text is as it was; its traffic or another revision has changed.</p>
      ) : (
        <FieldDiffs before={base} after={theirs} fields={changedThere} />
      )}
      {both.length > 0 && (
        <p>
          Changed there and here: {both.map((field) => FIELDS[field]).join(', ')}. What is here would replace
          it.
        </p>
      )}
      <div className="row">
        <button type="button" onClick={onMerge}>
          Keep my changes, on top of this
        </button>
        <button type="button" onClick={onTakeTheirs}>
          Drop my changes
        </button>
      </div>
    </section>
  )
}

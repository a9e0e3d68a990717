import type { TaskRecord } from '@splitrun/client'
import { Choice, Line } from '../../parts/fields.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import type { RolloutDraft } from './rollout-draft.ts'

interface RolloutFieldsProps {
  readonly task: TaskRecord
  readonly draft: RolloutDraft
  readonly onChange: (draft: RolloutDraft) => void
}

/** From where to where, by which steps, and what happens when it does not go well. */
export function RolloutFields({ task, draft, onChange }: RolloutFieldsProps) {
  const set = (field: keyof RolloutDraft) => (value: string) => onChange({ ...draft, [field]: value })
  const revisions = task.revisions.filter(({ test }) => !test)
  const active = revisions.filter(({ id }) =>
    task.active_revisions.some(({ task_revision_id: each, weight }) => each === id && weight > 0),
  )
  const options = (from: typeof revisions) =>
    from.map(({ id, annotation }) => (
      <option key={id} value={id}>
        {revisionName(task, id)} {annotation}
      </option>
    ))
  return (
    <div className="filters">
      <Choice
        label="From"
        value={draft.from}
        onChange={(from) => onChange({ ...draft, from, to: draft.to === from ? draft.from : draft.to })}
      >
        {options(active)}
      </Choice>
      <Choice label="To" value={draft.to} onChange={set('to')}>
        {options(revisions.filter(({ id }) => id !== draft.from))}
      </Choice>
      <Line label="Shares, in percent" value={draft.shares} onChange={set('shares')} />
      <Line label="A step lasts at least, minutes" value={draft.minutes} onChange={set('minutes')} />
      <Line label="Runs of the new one in a step, at least" value={draft.minRuns} onChange={set('minRuns')} />
      <Line
        label="A run counts as failed after, seconds"
        value={draft.doneWithin}
        onChange={set('doneWithin')}
        placeholder="as usual"
      />
      <Choice label="At harm" value={draft.onHarm} onChange={set('onHarm')}>
        <option value="rollback">roll back</option>
        <option value="pause">pause</option>
      </Choice>
      <Line
        label="Hours until it has stalled"
        value={draft.hours}
        onChange={set('hours')}
        placeholder="never"
      />
      <Choice label="When it has stalled" value={draft.onStall} onChange={set('onStall')}>
        <option value="pause">pause</option>
        <option value="rollback">roll back</option>
      </Choice>
    </div>
  )
}

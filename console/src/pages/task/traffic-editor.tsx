import type { TaskState } from '@splitrun/client'
import { useId, useState } from 'react'
import { useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { AddOne } from '../../parts/add-one.tsx'
import { count } from '../../parts/figures.ts'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { TrafficBar } from '../../parts/revisions/traffic-bar.tsx'
import { isRollingOut, WeightsProblem } from '../../parts/revisions/weights-problem.tsx'
import { TypedNumber } from '../../parts/typed-number.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { changeShare, type Share, sharesOf, shownPercent, splitWhole } from './linked-weights.ts'

type Active = readonly { readonly task_revision_id: string; readonly weight: number }[]

/**
 * Weights, and the ETag of the task in whose place they are to be put: it is read anew all the time, and what others changed
 * meanwhile is not to be overwritten unseen.
 */
interface Of<Weights> {
  readonly weights: Weights
  readonly etag: string
}

/** For so many runs it is said who would get them. */
const PREVIEWED = 1000

/** The split of a task's traffic, and what changes it. */
export function TrafficEditor({ state }: { state: TaskState }) {
  const { task, etag } = state
  const announce = useAnnounce()
  const [edited, setEdited] = useKept<Of<Share[]> | null>(`traffic ${task.id}`, () => null)
  const [before, setBefore] = useState<Of<Active> | null>(null)
  const title = useId()
  const saving = useChange(
    (client, { weights, etag, supersede }: Of<Active> & { readonly supersede: boolean }) =>
      client.tasks.update(task.id, { active_revisions: weights }, { ifMatch: etag, supersede }),
    [['tasks']],
  )
  const shares = edited?.weights ?? sharesOf(task.active_revisions)
  const supersede = isRollingOut(saving.error)
  function edit(weights: Share[]) {
    if (saving.isError) saving.reset()
    setEdited({ weights, etag: edited?.etag ?? etag })
  }
  const addable = task.revisions.filter(({ id, test }) => !test && !shares.some((share) => share.id === id))

  function save(next: Of<Active>, words: string) {
    const past = task.active_revisions
    saving.mutate(
      { ...next, supersede },
      {
        onSuccess: (saved) => {
          // What was moved since then stays as it was left, in the place of what is saved now.
          setEdited((now) => (now === null || now === edited ? null : { ...now, etag: saved.etag }))
          setBefore({ weights: past, etag: saved.etag })
          announce(words)
        },
      },
    )
  }
  const toActive = (given: readonly Share[]): Active =>
    given
      .filter(({ percent }) => percent > 0)
      .map(({ id, percent }) => ({ task_revision_id: id, weight: percent }))
  const drawn = shares.filter(({ percent }) => percent > 0)
  const previewed = splitWhole(
    PREVIEWED,
    drawn.map(({ percent }) => percent),
  )
  const preview = drawn.map(({ id }, at) => `${revisionName(task, id)} ${count(previewed[at] ?? 0)}`)

  return (
    <section className="section stack" aria-labelledby={title}>
      <h2 id={title}>Traffic</h2>
      <TrafficBar task={task} named />
      {shares.map((share) => (
        <ShareRow
          key={share.id}
          name={revisionName(task, share.id)}
          share={share}
          onChange={(percent) => edit(changeShare(shares, share.id, percent))}
        />
      ))}
      <AddOne
        what="a revision"
        options={addable.map(({ id, annotation }) => ({
          id,
          words: [revisionName(task, id), annotation].filter(Boolean).join(' '),
        }))}
        onAdd={(id) => edit([...shares, { id, percent: 0 }])}
      />
      {edited && (
        <p>
          Of the next {count(PREVIEWED)} runs: {preview.join(' · ') || 'none, every run is refused'}
        </p>
      )}
      <div className="row">
        {edited && (
          <>
            <ActionButton
              scope="task:write"
              primary
              busy={saving.isPending}
              onPress={() =>
                save({ ...edited, weights: toActive(edited.weights) }, 'The traffic is split anew.')
              }
            >
              {supersede ? 'End the rollout, and split so' : 'Split the traffic so'}
            </ActionButton>
            <button
              type="button"
              onClick={() => {
                setEdited(null)
                saving.reset()
              }}
            >
              Leave it as it is
            </button>
          </>
        )}
        {before && !edited && (
          <ActionButton
            scope="task:write"
            busy={saving.isPending}
            onPress={() => save(before, 'The split is as it was before.')}
          >
            {supersede ? 'End the rollout, and undo the last split' : 'Undo the last split'}
          </ActionButton>
        )}
      </div>
      {saving.error && <WeightsProblem error={saving.error} />}
    </section>
  )
}

interface ShareRowProps {
  readonly name: string
  readonly share: Share
  readonly onChange: (percent: number) => void
}

function ShareRow({ name, share: { percent }, onChange }: ShareRowProps) {
  const shared = { min: 0, max: 100, value: shownPercent(percent) }
  return (
    <div className="row">
      <span className="share-name">{name}</span>
      <input
        type="range"
        aria-label={`Share of ${name}`}
        step="any"
        {...shared}
        onChange={({ target }) => onChange(Math.round(target.valueAsNumber))}
      />
      <TypedNumber aria-label={`Percent of ${name}`} {...shared} onChange={onChange} /> %
    </div>
  )
}

import { type NewShadow, SplitrunError, type TaskRecord } from '@splitrun/client'
import { useApi, useChange } from '../../app/use-api.ts'
import { useKept } from '../../app/use-kept.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Choice, Line } from '../../parts/fields.tsx'
import { count, percent } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { numberOf } from '../../parts/number-of.ts'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { useWho } from '../../parts/use-who.ts'
import { droppedText } from './shadow-words.ts'

const EVERY_MS = 3_000

/** The shadow of a task: the revision that runs beside the one that callers get. It is started and ended here. */
export function ShadowSection({ task }: { task: TaskRecord }) {
  const announce = useAnnounce()
  const nameOf = useWho()
  const query = useApi(
    ['tasks', task.id, 'shadow'],
    (client, signal) =>
      client.shadow.get(task.id, { signal }).catch((error: unknown) => {
        if (error instanceof SplitrunError && error.reason === 'SHADOW_NOT_FOUND') return null
        throw error
      }),
    { every: EVERY_MS },
  )
  const ending = useChange(
    (client) => client.shadow.end(task.id),
    [['tasks', task.id, 'shadow']],
    () => announce('The shadow has ended.'),
  )
  return (
    <section className="section" aria-labelledby="shadow">
      <h2 id="shadow">Shadow</h2>
      <Loaded query={query} what="the shadow">
        {(shadow) =>
          shadow === null ? (
            <StartShadow task={task} />
          ) : (
            <>
              <p>
                {revisionName(task, shadow.revision)} runs beside {percent(shadow.share)} of the runs, since{' '}
                <Moment at={shadow.began} />, started by {nameOf(shadow.by)}:{' '}
                {shadow.pairs === null
                  ? 'pairs that are too many to be counted'
                  : `${count(shadow.pairs)} pairs`}
                , {shadow.credits_today} credits today
                {shadow.max_credits_per_day === null ? '' : ` of ${shadow.max_credits_per_day}`}.{' '}
                {droppedText(shadow.dropped)}
              </p>
              {ending.error && <Problem error={ending.error} />}
              <ActionButton
                scope="task:write"
                busy={ending.isPending}
                onPress={() => ending.mutate(undefined)}
              >
                End the shadow
              </ActionButton>
            </>
          )
        }
      </Loaded>
    </section>
  )
}

/** @throws {TypeError} where a number is none */
const shadowOf = ({ revision, share, most }: Readonly<Record<'revision' | 'share' | 'most', string>>) =>
  ({
    revision,
    share: numberOf('Beside so many runs', share) / 100,
    max_credits_per_day: most.trim() === '' ? null : numberOf('Credits a day', most),
  }) satisfies NewShadow

function StartShadow({ task }: { task: TaskRecord }) {
  const announce = useAnnounce()
  const idle = task.revisions.find(({ active }) => !active) ?? task.revisions[0]
  const [draft, setDraft] = useKept(`shadow ${task.id}`, () => ({
    revision: idle?.id ?? '',
    share: '10',
    most: '',
  }))
  const starting = useChange(
    async (client, typed: typeof draft) => client.shadow.start(task.id, shadowOf(typed)),
    [['tasks', task.id, 'shadow']],
    () => announce('The shadow runs from now on.'),
  )
  return (
    <>
      <p>
        A shadow does, beside a share of the runs, what their callers asked. Nobody waits for it, and each
        input is tried with both, so that few pairs say much.
      </p>
      <div className="filters">
        <Choice
          label="Revision"
          value={draft.revision}
          onChange={(revision) => setDraft({ ...draft, revision })}
        >
          {task.revisions.map(({ id, annotation, test }) => (
            <option key={id} value={id}>
              {[revisionName(task, id), annotation, test && '· test'].filter(Boolean).join(' ')}
            </option>
          ))}
        </Choice>
        <Line
          label="Beside so many runs, in percent"
          value={draft.share}
          onChange={(share) => setDraft({ ...draft, share })}
        />
        <Line
          label="Credits a day, at most"
          value={draft.most}
          placeholder="any"
          onChange={(most) => setDraft({ ...draft, most })}
        />
        <ActionButton scope="task:write" busy={starting.isPending} onPress={() => starting.mutate(draft)}>
          Let it run beside
        </ActionButton>
      </div>
      {starting.error && <Problem error={starting.error} />}
    </>
  )
}

import type { Client, ListedRun } from '@splitrun/client'
import { useChange } from '../../app/use-api.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useAnnounce } from '../../parts/page/announcer.tsx'
import { replayRun } from '../run/replay-run.ts'

/** So many calls go out at once. */
const AT_ONCE = 5

interface BulkActionsProps {
  readonly runs: readonly ListedRun[]
  readonly onDone: () => void
}

interface Action {
  /** What has become of them. */
  readonly word: string
  readonly act: (client: Client) => ReturnType<typeof each>
}

async function each(runs: readonly ListedRun[], act: (run: ListedRun) => Promise<unknown>) {
  const results: PromiseSettledResult<unknown>[] = []
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    results.push(...(await Promise.allSettled(runs.slice(at, at + AT_ONCE).map(act))))
  }
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
  return { done: results.length - refused.length, refused }
}

/** What can be done to the runs that are chosen. */
export function BulkActions({ runs, onDone }: BulkActionsProps) {
  const announce = useAnnounce()
  const going = runs.filter(({ done }) => !done)
  const ended = runs.filter(({ done }) => done)
  const acting = useChange(
    (client, { act }: Action) => act(client),
    [['runs']],
    ({ done, refused }, { word }) => {
      announce(`${done} ${word}. ${refused.length > 0 ? `${refused.length} refused: ${refused[0]}` : ''}`)
      onDone()
    },
  )
  return (
    <section className="row" aria-label="Chosen runs">
      {runs.length} chosen
      <ActionButton
        scope="run:write"
        whyNot={going.length === 0 ? 'All of them have ended.' : null}
        busy={acting.isPending}
        onPress={() =>
          acting.mutate({
            word: 'cancelled',
            act: (client) => each(going, ({ task_id, id }) => client.task(task_id).attach(id).cancel()),
          })
        }
      >
        Cancel {going.length}
      </ActionButton>
      <ActionButton
        scope="run:write"
        whyNot={ended.length === 0 ? 'None of them has ended yet.' : null}
        busy={acting.isPending}
        onPress={() =>
          acting.mutate({
            word: 'started again',
            act: (client) => each(ended, (run) => replayRun(client, run)),
          })
        }
      >
        Replay {ended.length}
      </ActionButton>
    </section>
  )
}

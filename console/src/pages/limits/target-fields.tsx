import { Choice, Line } from '../../parts/fields.tsx'
import { Unread } from '../../parts/page/unread.tsx'
import { useCallers } from '../../parts/use-callers.ts'
import { useTasks } from '../../parts/use-tasks.ts'
import type { Target } from './target.ts'

const KINDS = {
  project: 'the whole project',
  task: 'one task',
  key: 'one key or client',
} as const
type Kind = keyof typeof KINDS

const isKind = (text: string): text is Kind => Object.hasOwn(KINDS, text)

interface TargetFieldsProps {
  readonly target: Target
  readonly onChange: (target: Target) => void
}

/** Asks whose runs a policy is about. */
export function TargetFields({ target: { applies_to: kind, target_id: id }, onChange }: TargetFieldsProps) {
  const { known, reading } = useKnown(kind)
  const setId = (text: string) => onChange({ applies_to: kind, target_id: text })
  return (
    <>
      <Choice
        label="Of"
        value={kind}
        onChange={(next) =>
          isKind(next) && onChange({ applies_to: next, target_id: next === 'project' ? null : '' })
        }
      >
        {Object.entries(KINDS).map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </Choice>
      {kind !== 'project' && (
        <Choice label={kind === 'task' ? 'Task' : 'Key or client'} value={id ?? ''} onChange={setId}>
          <option value="">another, by its id</option>
          {known.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Choice>
      )}
      {reading.map(({ what, query }) => (
        <Unread key={what} query={query} what={what} />
      ))}
      {kind !== 'project' && !known.some((each) => each.id === id) && (
        <Line label="Its id" value={id ?? ''} onChange={setId} />
      )}
    </>
  )
}

/** What one may choose from, and what is read for it. */
function useKnown(kind: Kind) {
  const tasks = useTasks()
  const { keys, clients, reading } = useCallers(kind === 'key')
  if (kind === 'project') return { known: [], reading: [] }
  if (kind === 'task') return { known: tasks.data ?? [], reading: [{ what: 'the tasks', query: tasks }] }
  return {
    known: [...keys, ...clients.map(({ id, name }) => ({ id, name: `${name}, a client` }))],
    reading,
  }
}

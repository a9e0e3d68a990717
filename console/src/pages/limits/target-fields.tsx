import { useApi } from '../../app/use-api.ts'
import { Choice, Line } from '../../parts/fields.tsx'
import { useTasks } from '../../parts/use-tasks.ts'
import type { Target } from './target.ts'

const KINDS = {
  project: 'the whole project',
  task: 'one task',
  key: 'one key or client',
} as const

interface TargetFieldsProps {
  readonly target: Target
  /** What it may be about. */
  readonly kinds: readonly Target['applies_to'][]
  readonly onChange: (target: Target) => void
}

/** Asks whose runs a policy is about. */
export function TargetFields({ target, kinds, onChange }: TargetFieldsProps) {
  const { applies_to: kind, target_id: id } = target
  const { data: tasks = [] } = useTasks()
  const { data: keys = [] } = useApi(['api_key'], (client, signal) => client.keys.list({ signal }), {
    enabled: kind === 'key',
  })
  const known = kind === 'task' ? tasks : keys
  const setId = (text: string) => onChange({ applies_to: kind, target_id: text })
  return (
    <>
      <Choice
        label="Of"
        value={kind}
        onChange={(next) => {
          const applies_to = kinds.find((each) => each === next) ?? 'project'
          onChange({ applies_to, target_id: applies_to === 'project' ? null : '' })
        }}
      >
        {kinds.map((each) => (
          <option key={each} value={each}>
            {KINDS[each]}
          </option>
        ))}
      </Choice>
      {kind !== 'project' && (
        <Choice label={kind === 'task' ? 'Task' : 'Key'} value={id ?? ''} onChange={setId}>
          <option value="">another, by its id</option>
          {known.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Choice>
      )}
      {kind !== 'project' && !known.some((each) => each.id === id) && (
        <Line label="Its id" value={id ?? ''} onChange={setId} />
      )}
    </>
  )
}

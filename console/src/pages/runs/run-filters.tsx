import { useId } from 'react'
import { shortId } from '../../parts/figures.ts'
import { Unread } from '../../parts/page/unread.tsx'
import { SettledLine } from '../../parts/settled-line.tsx'
import { useModels } from '../../parts/simulated.tsx'
import { useTasks } from '../../parts/use-tasks.ts'

const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const

/** What can be filtered by, as it stands in the address, with what it is called. */
export const FILTERS = {
  task: 'Task',
  status: 'Status',
  task_revision_id: 'Revision',
  model: 'Model',
  reason: 'Reason',
  reference: 'Reference',
  reporting_group: 'Reporting group',
  score: 'Score',
  min_ms: 'Took at least, ms',
  start_date: 'From',
  end_date: 'Until',
} as const
export type FilterName = keyof typeof FILTERS
type Given = Readonly<Record<string, string>>

interface RunFiltersProps {
  readonly given: Given
  readonly onChange: (changes: Readonly<Record<string, string | undefined>>) => void
}

/** The filters of a list of runs. What is typed counts when the field is left, or at Enter. */
export function RunFilters({ given, onChange }: RunFiltersProps) {
  const [taskList, modelList] = [useTasks(), useModels()]
  const { data: tasks = [] } = taskList
  const { data: models = [] } = modelList
  const choices: Partial<Record<FilterName, readonly (readonly [string, string])[]>> = {
    task: tasks.map(({ id, name }) => [id, name] as const),
    status: STATUSES.map((each) => [each, each] as const),
    // Filters name a model by any of the three.
    model: models.map(
      ({ id, name, alias }) => [[name, alias].find((each) => each === given['model']) ?? id, name] as const,
    ),
  }
  return (
    <search>
      <form
        className="filters"
        aria-label="Filters"
        onSubmit={(event) => event.preventDefault()}
        onReset={() => onChange(Object.fromEntries(Object.keys(given).map((name) => [name, undefined])))}
      >
        {(Object.keys(FILTERS) as FilterName[]).map((name) => (
          <FilterField
            key={name}
            name={name}
            value={given[name] ?? ''}
            choices={choices[name]}
            onChange={(value) => onChange({ [name]: value || undefined })}
          />
        ))}
        {Object.keys(given).length > 0 && <button type="reset">Clear the filters</button>}
      </form>
      <Unread query={taskList} what="tasks to choose from" />
      <Unread query={modelList} what="models to choose from" />
    </search>
  )
}

interface FilterFieldProps {
  readonly name: FilterName
  readonly value: string
  readonly choices: readonly (readonly [string, string])[] | undefined
  readonly onChange: (value: string) => void
}

function FilterField({ name, value, choices, onChange }: FilterFieldProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{FILTERS[name]}</label>
      {choices ? (
        <select id={id} className="filter" value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">any</option>
          {value !== '' && !choices.some(([each]) => each === value) && (
            <option value={value}>{name === 'task' ? `…${shortId(value)}` : value}</option>
          )}
          {choices.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <SettledLine
          id={id}
          className="filter"
          value={value}
          placeholder={name.endsWith('date') ? 'yesterday' : name === 'score' ? 'helpful:false' : ''}
          onSettle={onChange}
        />
      )}
    </div>
  )
}

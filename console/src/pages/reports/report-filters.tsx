import type { TaskRecord } from '@splitrun/client'
import { useId } from 'react'
import { useApi } from '../../app/use-api.ts'
import type { Asked } from './use-reports.ts'

const SPANS = [1, 7, 30, 90, 365]

interface ReportFiltersProps {
  readonly asked: Asked
  readonly tasks: readonly TaskRecord[]
  readonly onChange: (changes: Readonly<Record<string, string | undefined>>) => void
}

/** What is reported on. */
export function ReportFilters({ asked, tasks, onChange }: ReportFiltersProps) {
  const [task, span, group] = [useId(), useId(), useId()]
  const { data: groups = [] } = useApi(['reports', 'groups'], (client, signal) =>
    client.reports.groups({ signal }),
  )
  return (
    <search className="row">
      <label htmlFor={span}>Of the last</label>
      <select id={span} value={asked.days} onChange={({ target }) => onChange({ days: target.value })}>
        {SPANS.map((days) => (
          <option key={days} value={days}>
            {days === 1 ? 'day' : `${days} days`}
          </option>
        ))}
      </select>
      <label htmlFor={task}>Task</label>
      <select
        id={task}
        value={asked.task ?? ''}
        onChange={({ target }) => onChange({ task: target.value || undefined })}
      >
        <option value="">all</option>
        {tasks.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {groups.length > 0 && (
        <>
          <label htmlFor={group}>Group</label>
          <select
            id={group}
            value={asked.reporting_group ?? ''}
            onChange={({ target }) => onChange({ reporting_group: target.value || undefined })}
          >
            <option value="">all</option>
            {groups.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </>
      )}
    </search>
  )
}

import { useId } from 'react'
import { useApi } from '../../app/use-api.ts'
import { shortId } from '../../parts/figures.ts'
import { Unread } from '../../parts/page/unread.tsx'
import { useTasks } from '../../parts/use-tasks.ts'
import type { Asked } from './use-reports.ts'

const SPANS = [1, 7, 30, 90, 365]

interface ReportFiltersProps {
  readonly asked: Asked
  readonly onChange: (changes: Readonly<Record<string, string | undefined>>) => void
}

/** What is reported on. */
export function ReportFilters({ asked, onChange }: ReportFiltersProps) {
  const [task, span, group] = [useId(), useId(), useId()]
  const taskList = useTasks()
  const groupList = useApi(['reports', 'groups'], (client, signal) => client.reports.groups({ signal }))
  const tasks = withAsked(taskList.data ?? [], asked.task, (id) => ({ id, name: `…${shortId(id)}` }))
  const groups = withAsked(
    (groupList.data ?? []).map(({ name }) => ({ id: name, name })),
    asked.reporting_group,
    (name) => ({ id: name, name }),
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
      <Unread query={taskList} what="tasks to choose from" />
      <Unread query={groupList} what="groups to choose from" />
    </search>
  )
}

interface Named {
  readonly id: string
  readonly name: string
}

/** What can be chosen, and what is asked for already, also where it is not among it. */
const withAsked = (all: readonly Named[], asked: string | undefined, make: (id: string) => Named) =>
  asked === undefined || all.some(({ id }) => id === asked) ? all : [make(asked), ...all]

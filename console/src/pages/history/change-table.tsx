import type { TaskRecord, TrafficChange } from '@splitrun/client'
import type { ReactNode } from 'react'
import { DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/moment.tsx'
import { TrafficBar } from '../../parts/revisions/traffic-bar.tsx'
import { useWho } from '../../parts/use-who.ts'
import { changeText } from './change-text.ts'

interface ChangeTableProps {
  readonly task: TaskRecord
  /** The newest first. */
  readonly changes: readonly TrafficChange[]
  /** What can be done with one, if anything. */
  readonly action?: (change: TrafficChange) => ReactNode
}

/** Changes of a task's weights: when, who, why, and what came of it. */
export function ChangeTable({ task, changes, action }: ChangeTableProps) {
  const nameOf = useWho()
  return (
    <DataTable
      rows={changes}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: 'Change', cell: ({ seq }) => seq },
        { head: 'When', cell: ({ at }) => <Moment at={at} /> },
        { head: 'Who', cell: ({ by }) => nameOf(by) },
        { head: 'Why', cell: changeText },
        { head: 'Before', cell: ({ before }) => <TrafficBar task={task} weights={before} named /> },
        { head: 'After', cell: ({ after }) => <TrafficBar task={task} weights={after} named /> },
        ...(action ? [{ head: 'Actions', isHidden: true, cell: action }] : []),
      ]}
    />
  )
}

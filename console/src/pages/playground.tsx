import './playground/playground.css'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { useApi } from '../app/use-api.ts'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Unread } from '../parts/page/unread.tsx'
import { useFilters } from '../parts/use-address.ts'
import { useTask, useTasks } from '../parts/use-tasks.ts'
import { Table } from './playground/table.tsx'
import { originalInputs } from './run/original-inputs.ts'
import { readFiles } from './run/read-files.ts'

/**
 * Tries revisions, drafts and models side by side on the same inputs. The address says of which task (`task`), which
 * revisions (`revisions`, with commas between), and whose run's inputs to begin with (`run`).
 */
export default function Playground() {
  const [{ task }, setFilters] = useFilters()
  const field = useId()
  const tasks = useTasks()
  // The first one stays, whatever tasks are made meanwhile: something may be typed for it already.
  const [first, setFirst] = useState<string>()
  const newest = tasks.data?.[0]?.id
  if (first === undefined && newest !== undefined) setFirst(newest)
  const chosen = task ?? first
  return (
    <PageFrame
      title="Playground"
      mark={
        <>
          <label htmlFor={field}>Task</label>
          <select
            id={field}
            value={chosen ?? ''}
            onChange={({ target }) =>
              setFilters({ task: target.value, revisions: undefined, run: undefined })
            }
          >
            {chosen && !tasks.data?.some(({ id }) => id === chosen) && (
              <option value={chosen}>…{chosen.slice(-6)}</option>
            )}
            {tasks.data?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          {chosen && <Unread query={tasks} what="the other tasks" />}
        </>
      }
    >
      {chosen ? (
        <OfTask key={chosen} task={chosen} />
      ) : (
        <Loaded query={tasks} what="tasks">
          {() => (
            <Empty title="There is no task to try">
              A task is a prompt with a name. <Link to="/tasks/new">Make one</Link>, then try its revisions
              here.
            </Empty>
          )}
        </Loaded>
      )}
    </PageFrame>
  )
}

function OfTask({ task }: { task: string }) {
  const [{ run = '' }] = useFilters()
  const state = useTask(task)
  const source = useApi(
    ['playground', 'source', run],
    async (client, signal) => {
      const handle = client.task(task).attach(run)
      const found = await handle.get({ signal })
      return { run, submitted: originalInputs(found), images: await readFiles(handle, found, signal) }
    },
    { enabled: run !== '' },
  )
  return (
    <Loaded query={state} what="the task">
      {(found) =>
        run === '' ? (
          <Table state={found} source={null} />
        ) : (
          <Loaded query={source} what="the run">
            {(given) => <Table key={given.run} state={found} source={given} />}
          </Loaded>
        )
      }
    </Loaded>
  )
}

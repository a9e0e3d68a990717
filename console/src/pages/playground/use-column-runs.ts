import type { RunStream, TaskRecord } from '@splitrun/client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffectEvent, useLayoutEffect, useRef } from 'react'
import { useProject } from '../../app/project.ts'
import { onRefusal } from '../../app/queries.ts'
import { saveDraft } from './draft.ts'
import { BEFORE, nextProgress, type Progress } from './progress.ts'
import { useFrames } from './use-frames.ts'
import { type Column, contentOf } from './workbench.ts'

/** Runs of the playground are reported under this name, so that reports can do without them. */
const GROUP = 'playground'

interface ColumnRuns {
  /** By the keys of the columns. */
  readonly progress: ReadonlyMap<string, Progress>
  readonly isRunning: boolean
  /** The same, at once: also of what was begun since the last frame. */
  isRunningNow(): boolean
  /** Runs all columns on the same inputs. Resolves when all have ended, to false where one has gone away before. */
  run(inputs: Readonly<Record<string, unknown>>, images: readonly Blob[]): Promise<boolean>
  /** Rejects where a run could not be told to stop. */
  stop(): Promise<void>
}

type Stream = RunStream<unknown, 'text' | 'fields'>

/** The runs of the columns. @param onRun is told the run of a column, once it is known */
export function useColumnRuns(
  task: TaskRecord,
  columns: readonly Column[],
  onRun: (key: string, run: NonNullable<Column['run']>) => void,
): ColumnRuns {
  const { client, project } = useProject()
  const queries = useQueryClient()
  const [progress, put, latest] = useFrames<Progress>()
  const watched = useRef(new Map<string, AbortController>())
  const callable = client.task(task.id)
  const as = task.output_modality === 'json' ? 'fields' : 'text'

  function begin(key: string): AbortSignal {
    watched.current.get(key)?.abort()
    const watching = new AbortController()
    watched.current.set(key, watching)
    put(key, BEFORE)
    return watching.signal
  }

  /** @param of what is run, where it is a new run */
  async function follow(
    key: string,
    signal: AbortSignal,
    open: () => Stream,
    of: string | null,
  ): Promise<boolean> {
    let known: Progress = BEFORE
    try {
      const stream = open()
      for await (const event of stream) {
        if (signal.aborted) return false
        const id = stream.runId
        if (known.run === null && id !== null && of !== null) onRun(key, { id, of })
        known = { ...nextProgress(known, event), run: id }
        put(key, known)
      }
    } catch (error) {
      if (signal.aborted) return false
      onRefusal(error)
      put(key, { ...known, status: 'failed', error })
    }
    return true
  }

  /** Goes on looking at what was started before one looked at another page. */
  const resume = useEffectEvent(() => {
    for (const { key, run } of columns) {
      if (run === null) continue
      const signal = begin(key)
      void follow(key, signal, () => callable.attach(run.id).stream({ as, signal }), null)
    }
  })
  useLayoutEffect(() => {
    resume()
    const all = watched.current
    return () => {
      for (const watching of all.values()) watching.abort()
    }
  }, [])

  const goingIn = (found: ReadonlyMap<string, Progress>) =>
    columns.filter(({ key }) => {
      const known = found.get(key)
      return known !== undefined && known.ended === null && known.error === null
    })
  const going = goingIn(progress)
  return {
    progress,
    isRunning: going.length > 0,
    isRunningNow: () => goingIn(latest.current).length > 0,
    async run(inputs, images) {
      const begun = columns.map((column) => ({ column, signal: begin(column.key) }))
      const runs: Promise<boolean>[] = []
      // One after the other: two drafts that are saved at once would be in each other's way.
      for (const { column, signal } of begun) {
        const base = task.revisions.find(({ id }) => id === column.revision)
        try {
          const revision =
            column.draft && base ? await saveDraft(client, task, base, column.draft) : column.revision
          const options = {
            as,
            files: images,
            revision_id: revision,
            reporting_group: GROUP,
            signal,
          } as const
          runs.push(follow(column.key, signal, () => callable.stream(inputs, options), contentOf(column)))
        } catch (error) {
          onRefusal(error)
          put(column.key, { ...BEFORE, status: 'failed', error })
        }
      }
      if (columns.some(({ draft }) => draft)) {
        void queries.invalidateQueries({ queryKey: [project.id, 'tasks'] })
      }
      return (await Promise.all(runs)).every((isThere) => isThere)
    },
    async stop() {
      const cancelled = going.map(async ({ key }) => {
        const run = progress.get(key)?.run
        if (run) return void (await callable.attach(run).cancel())
        watched.current.get(key)?.abort()
        put(key, {
          ...BEFORE,
          status: 'cancelled',
          error: new Error('It was stopped before it had begun.'),
        })
      })
      await Promise.all(cancelled).catch((error) => {
        onRefusal(error)
        throw error
      })
    },
  }
}

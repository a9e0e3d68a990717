import type { RunRequest, RunResult } from '../run.ts'
import { type ProjectEnd, projectEndOf } from './project-end.ts'

/** How long a process believes that a project is watched, in ms: twice and more what `WATCHING_EVERY_MS` is. */
const BELIEVED_MS = 15_000
/** Ends go out together, so often, in ms. */
const TOGETHER_MS = 200
/** Most ends of a project that a process tells of at once; of more, the number. */
const MOST_TOGETHER = 20

/** What processes tell each other of a watched project's runs: some that ended, and how many more did. */
export interface EndsMessage {
  readonly project: string
  readonly ends: readonly ProjectEnd[]
  readonly skipped: number
}

export type TellEnds = ReturnType<typeof createTellEnds>

/**
 * Tells of the runs that this process ends, where somebody watches their project. While nobody does, a run costs
 * nothing more. What is told may be lost: it is for people who look, and the runs themselves are in the store.
 * @param publish tells all API processes
 */
export function createTellEnds(publish: (message: string) => Promise<unknown>) {
  /** Until when each project is believed to be watched, ms of `performance.now()`. */
  const watched = new Map<string, number>()
  const waiting = new Map<string, { ends: ProjectEnd[]; skipped: number }>()
  let timer: NodeJS.Timeout | null = null

  function send(): void {
    timer = null
    for (const [project, { ends, skipped }] of waiting) {
      publish(JSON.stringify({ project, ends, skipped } satisfies EndsMessage)).catch(() => {})
    }
    waiting.clear()
  }

  return {
    /** Somebody said which projects are watched now, by their ids with commas between them. */
    onWatching(projects: string): void {
      const until = performance.now() + BELIEVED_MS
      for (const project of projects.split(',')) if (project !== '') watched.set(project, until)
    },

    /** A run has ended in this process. */
    tell(request: RunRequest, revision: string | null, result: RunResult): void {
      if (watched.size === 0) return
      const until = watched.get(request.project)
      if (until === undefined) return
      if (until < performance.now()) {
        watched.delete(request.project)
        return
      }
      const own = waiting.get(request.project) ?? { ends: [], skipped: 0 }
      waiting.set(request.project, own)
      if (own.ends.length < MOST_TOGETHER) own.ends.push(projectEndOf(request, revision, result))
      else own.skipped += 1
      timer ??= setTimeout(send, TOGETHER_MS)
    },

    close(): void {
      if (timer) clearTimeout(timer)
    },
  }
}

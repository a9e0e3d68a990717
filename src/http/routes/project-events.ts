import type { ProjectEnds } from '../../runs/live/project-ends.ts'
import { asItIs, type StreamedEvent, sendEventStream } from '../events/event-stream.ts'
import type { StreamPlaces } from '../events/stream-places.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

export interface ProjectEventRouteDeps {
  readonly ends: ProjectEnds
  readonly streams: StreamPlaces
  /** Most ends that a watcher is told of in a second. */
  readonly projectEventsRate: number
  /** Seconds that a client may read nothing. */
  readonly requestTimeout: number
}

/** What happens in a project, for who looks at it. */
export function projectEventRoutes(deps: ProjectEventRouteDeps): Endpoint[] {
  async function* frames(project: string, signal: AbortSignal): AsyncGenerator<StreamedEvent, void> {
    for await (const { ends, skipped } of deps.ends.follow(project, deps.projectEventsRate, signal)) {
      for (const end of ends) yield { event: `run.${end.status}`, data: end }
      if (skipped > 0) yield { event: 'runs.skipped', data: { count: skipped } }
    }
  }
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/events`,
      tag: 'Runs',
      operation: 'watchProject',
      summary: 'Watch the runs of a project end, as server-sent events',
      description:
        'For people who look: from now on, without inputs and responses, and so many in a second at most; `runs.skipped` ' +
        'counts the others. Nothing is repeated after a break: lists have what was missed.',
      response: null,
      media: ['text/event-stream'],
      errorCodes: ['TOO_MANY_REQUESTS'],
      scope: 'run:read',
      params: projectParams,
      query: noQuery,
      async handle({ params, clientClosed: signal, mayStill, response }) {
        const release = deps.streams.take(params.project_id)
        try {
          await sendEventStream(response, (until) => frames(params.project_id, until), asItIs, {
            ...{ signal, mayStill, closing: deps.ends.closing, patienceMs: deps.requestTimeout * 1000 },
          })
        } finally {
          release()
        }
      },
    }),
  ]
}

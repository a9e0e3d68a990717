import { request } from 'node:http'
import { createParser } from 'eventsource-parser'
import { startSpeakingModel } from '../../../test/live-cuts/speaking-model.ts'
import type { Cleanup } from '../../../test/support/system.ts'
import { type Fleet, type FleetOptions, startFleet, taskLike } from '../../fleet.ts'

export interface LiveFleet {
  readonly fleet: Fleet
  readonly model: Awaited<ReturnType<typeof startSpeakingModel>>
  /** Of a task that answers with text. */
  readonly task: string
}

/** A fleet whose model speaks, with room for many readers. */
export async function startLiveFleet(t: Cleanup, options: Partial<FleetOptions> = {}): Promise<LiveFleet> {
  const model = await startSpeakingModel(t)
  const env = {
    ...{ SPLITRUN_STREAMS_MAX: '20000', SPLITRUN_PROJECT_STREAMS_MAX: '20000', SPLITRUN_MODEL_ENDS: 'false' },
    ...model.env,
    ...options.env,
  }
  const fleet = await startFleet({ ...options, model: 'http://127.0.0.1:9/v1', env })
  t.after(() => fleet.stop())
  const fields = { output_modality: 'text', output_format: undefined, llm_model_id: 'speaking' }
  const { id } = await fleet.project.ask<{ id: string }>('/task', taskLike('live', fields))
  return { fleet, model, task: id }
}

/** A stream that is read, or is not. */
export interface OpenStream {
  readonly run: string
  readonly ended: Promise<void>
  pause(): void
  resume(): void
  close(): void
}

/** Starts a run whose input has that mark, or reads one; resolves when the head of the stream is there. */
export function openStream(
  { fleet, task }: LiveFleet,
  what: { mark: string } | { run: string },
  onDelta: (text: string) => void = () => {},
): Promise<OpenStream> {
  const isNew = 'mark' in what
  const body = isNew ? { task_input: { text: `[mark:${what.mark}]` } } : {}
  const { url, headers, body: json } = fleet.project.run(fleet.apis[0]?.port ?? 0, { task, body })
  return new Promise((resolve, reject) => {
    const call = request(isNew ? url : `${url}/${what.run}/events`, {
      method: isNew ? 'POST' : 'GET',
      headers: { ...headers, accept: 'text/event-stream' },
      agent: false,
    })
    call.on('error', reject)
    call.on('response', (response) => {
      if (response.statusCode !== 200) return reject(new Error(`no stream: ${response.statusCode}`))
      const parser = createParser({
        onEvent: ({ event, data }) => event === 'output.delta' && onDelta(JSON.parse(data).text),
      })
      response.setEncoding('utf8').on('data', (part: string) => parser.feed(part))
      const ended = new Promise<void>((done) => response.on('close', done))
      response.on('error', () => {})
      resolve({
        run: String(response.headers['x-task-run-id']),
        ended,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => void call.destroy(),
      })
    })
    call.end(isNew ? json : undefined)
  })
}

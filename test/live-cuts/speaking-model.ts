import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from '../support/system.ts'
import type { Speech } from './speech.ts'

/** How a model says its speech. */
export interface Pace {
  /** Between two pieces, in ms. */
  readonly pauseMs: number
  /** Between the last piece and the end, in ms. */
  readonly lastMs: number
}

interface Told {
  readonly speech: Speech
  readonly pace: Pace
  calls: number
  isOver: boolean
  /** When each piece of the latest call was said, ms of `performance.now()`. */
  times: readonly number[]
}

/** A server of models that says what it is told to, by the `[mark:NAME]` in the prompt, and counts its calls by mark. */
export async function startSpeakingModel(t: Cleanup) {
  const speeches = new Map<string, Told>()
  let over = false
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString()
    const told = speeches.get(/\[mark:([\w-]+)\]/.exec(body)?.[1] ?? '')
    if (!told) return void response.writeHead(404).end('{"error": {"message": "nobody said what to say"}}')
    told.calls += 1
    const streamed = (JSON.parse(body) as { stream?: boolean }).stream === true
    await (streamed ? say(response, told, () => over) : sayWhole(response, told))
    told.isOver = true
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-speaking-'))
  t.after(async () => {
    over = true
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(dir, { recursive: true })
  })
  const file = join(dir, 'models.json')
  // The second name is that of the model that the benchmark's own task asks.
  const models = [
    ...['speaking', 'simulated-large'].map((name) => ({ name, server: 's' })),
    // Its stream is asked for, whether or not somebody watches.
    { name: 'streaming', server: 's', stream: 'always' },
  ]
  const servers = { s: { base_url: `http://127.0.0.1:${port}/v1`, auth: 'none' } }
  await writeFile(file, JSON.stringify({ servers, models }))
  return {
    env: { SPLITRUN_MODELS_FILE: file },
    tell: (mark: string, speech: Speech, pace: Pace): void =>
      void speeches.set(mark, { speech, pace, calls: 0, isOver: false, times: [] }),
    calls: (mark: string): number => speeches.get(mark)?.calls ?? 0,
    times: (mark: string): readonly number[] => speeches.get(mark)?.times ?? [],
    /** Whether a call was answered to its end, or was broken off. */
    isOver: (mark: string): boolean => speeches.get(mark)?.isOver ?? false,
    forget: (mark: string): void => void speeches.delete(mark),
  }
}

const USAGE = { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 }

async function say(response: ServerResponse, told: Told, over: () => boolean): Promise<void> {
  const { speech, pace } = told
  const times: number[] = []
  told.times = times
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (delta: object, finish: string | null, more = {}) =>
    response.write(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`,
    )
  // From the beginning, not from piece to piece: so it takes as long as without a stream.
  const began = performance.now()
  const until = (ms: number) => pause(Math.max(0, began + ms - performance.now()), undefined, { ref: false })
  for (const [at, content] of speech.pieces.entries()) {
    if (over() || response.destroyed) return
    times.push(performance.now())
    chunk({ content }, null)
    if (pace.pauseMs > 0) await until(pace.pauseMs * (at + 1))
  }
  await until(pace.pauseMs * speech.pieces.length + pace.lastMs)
  chunk({}, 'stop', { usage: USAGE })
  response.end('data: [DONE]\n\n')
}

async function sayWhole(response: ServerResponse, { speech: { text, pieces }, pace }: Told): Promise<void> {
  await pause(pace.pauseMs * pieces.length + pace.lastMs, undefined, { ref: false })
  const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ object: 'chat.completion', model: 'speaking', choices, usage: USAGE }))
}

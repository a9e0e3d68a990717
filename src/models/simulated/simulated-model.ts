import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { sendCompletion } from './send-completion.ts'
import { sendJson } from './send-json.ts'
import { isMediaPath, MEDIA_CALLS, type MediaCall, sendMedia, textOfCall } from './send-media.ts'
import { type Call, callSchema, markIn, readPrompt } from './simulated-call.ts'
import { drawFault, drawsFor, type SimulatedFaults } from './simulated-faults.ts'
import { refusalOf, type SimulatedRefusals } from './simulated-refusals.ts'

export interface SimulatedModelOptions extends SimulatedRefusals {
  readonly host?: string
  readonly port?: number
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** 0: the whole completion at once. */
  readonly tokensPerSecond?: number
  readonly faults?: Partial<SimulatedFaults>
  readonly retryAfterMs?: number
  /** With a seed, faults and jitter depend only on it and on the number of the call. Null or absent: random. */
  readonly seed?: number | null
  /** When its models end, as its list says it: a day. Null or absent: it does not say. */
  readonly shutdownDate?: string | null
}

/**
 * The number of calls by what was decided when they arrived: `answered`, the name of a fault, or `malformed`. `aborted`
 * counts in addition those whose client closed the connection before it had the whole response.
 */
export type CallCounts = Record<string, number>

export interface SimulatedModel {
  /** Base URL, including /v1. */
  readonly url: string
  stats(): CallCounts
  /** The same by mark, for calls with one: see `Prompt`. */
  marks(): Record<string, CallCounts>
  close(): Promise<void>
}

const MODELS = ['large', 'small', 'basic', 'image', 'speech'].map((size) => `simulated-${size}`)
/** Most marks that are counted; calls with further marks are only counted in the sum. */
const MOST_MARKS = 200_000

/** Counts calls, in sum and by mark. */
class CallCounter {
  readonly sum: CallCounts = {}
  readonly #marks = new Map<string, CallCounts>()
  #calls = 0

  /** The number of the next call, from 1. */
  next(): number {
    this.#calls += 1
    return this.#calls
  }

  add(what: string, mark: string | null): void {
    this.sum[what] = (this.sum[what] ?? 0) + 1
    if (mark === null) return
    const counts = this.#marks.get(mark) ?? {}
    counts[what] = (counts[what] ?? 0) + 1
    if (this.#marks.has(mark) || this.#marks.size < MOST_MARKS) this.#marks.set(mark, counts)
  }

  marks(): Record<string, CallCounts> {
    return Object.fromEntries(this.#marks)
  }
}

/**
 * Starts a server for chat completions, streamed or not, images and speech, with made-up content of the shape that is asked for. It is a
 * real server for the real client: it can be slow, limit the rate, fail, hang, cut the response off, or send a wrong
 * shape.
 */
export async function startSimulatedModel(options: SimulatedModelOptions = {}): Promise<SimulatedModel> {
  const counter = new CallCounter()
  const server = createServer((request, response) => {
    serve(request, response, options, counter).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', 8192, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}/v1`,
    stats: () => ({ ...counter.sum }),
    marks: () => counter.marks(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: SimulatedModelOptions,
  counter: CallCounter,
): Promise<void> {
  const path = (request.url ?? '').replace(/^\/v1/, '')
  if (path === '/healthz') return sendJson(response, 200, { status: 'ok' })
  if (path === '/stats') return sendJson(response, 200, counter.sum)
  if (path === '/stats/marks') return sendJson(response, 200, counter.marks())
  const ends = options.shutdownDate ? { shutdown_date: options.shutdownDate } : {}
  if (path === '/models')
    return sendJson(response, 200, {
      object: 'list',
      data: MODELS.map((id) => ({ id, object: 'model', ...ends })),
    })
  const media = isMediaPath(path) ? path : null
  if (!media && path !== '/chat/completions') return refuse(response, 404, 'no such path')

  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  let call: Call | MediaCall
  let refusal: string | null
  try {
    const body = JSON.parse(Buffer.concat(parts).toString('utf8'))
    call = (media ? MEDIA_CALLS[media] : callSchema).parse(body)
    refusal = refusalOf(body, call, options)
  } catch (error) {
    counter.add('malformed', null)
    return refuse(response, 400, error instanceof Error ? error.message : 'malformed request')
  }

  const mark = 'messages' in call ? readPrompt(call).mark : markIn(textOfCall(call))
  if (refusal) {
    counter.add('refused', mark)
    return refuse(response, 400, refusal)
  }

  const draw = drawsFor(options.seed ?? null, counter.next())
  const fault = drawFault(options.faults ?? {}, draw)
  counter.add(fault ?? 'answered', mark)
  response.once('close', () => {
    if (!response.writableFinished && fault !== 'cut') counter.add('aborted', mark)
  })
  const wait = (options.latencyMs ?? 0) + draw() * (options.jitterMs ?? 0)
  // With `ref: false` the timer does not keep a process alive that wants to end.
  if (wait > 0) await pause(wait, undefined, { ref: false })
  if (response.destroyed) return
  if (fault === 'rateLimited') return limit(response, options.retryAfterMs ?? 100)
  if (fault === 'serverError') return refuse(response, 500, 'simulated failure')
  if (fault === 'hang') return
  if (fault === 'noQuota') return refuse(response, 429, 'nothing is left', {}, 'insufficient_quota')
  if (fault === 'loading') return refuse(response, 503, 'Loading model')
  if (!('messages' in call))
    return sendMedia(response, call, fault === 'invalidJson' || fault === 'schemaViolation')
  await sendCompletion(response, call, fault, options.tokensPerSecond ?? 0)
}

/** Sends an error in the shape of OpenAI's servers. */
function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code: string | null = null,
): void {
  sendJson(
    response,
    status,
    { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', code } },
    headers,
  )
}

function limit(response: ServerResponse, ms: number): void {
  refuse(response, 429, 'simulated rate limit', {
    'retry-after': String(Math.ceil(ms / 1000)),
    'retry-after-ms': String(ms),
  })
}

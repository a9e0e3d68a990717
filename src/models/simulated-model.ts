import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { schemaInPrompt, simulateAnswer, violateSchema } from './simulate-answer.ts'

/** How often each fault happens, as a share of the calls. Drawn in the order given; at most one per call. */
export interface SimulatedFaults {
  readonly rateLimited: number
  readonly serverError: number
  readonly hang: number
  readonly cut: number
  readonly invalidJson: number
  readonly schemaViolation: number
}

export interface SimulatedModelOptions {
  readonly host?: string
  readonly port?: number
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** 0: the whole answer at once. */
  readonly tokensPerSecond?: number
  readonly faults?: Partial<SimulatedFaults>
  readonly retryAfterMs?: number
}

export interface SimulatedModel {
  /** Base URL with its /v1. */
  readonly url: string
  /** Calls so far by outcome: `answered`, or the name of the fault. */
  stats(): Record<string, number>
  close(): Promise<void>
}

const MODELS = ['simulated-large', 'simulated-small', 'simulated-basic']
const FAULTS = ['rateLimited', 'serverError', 'hang', 'cut', 'invalidJson', 'schemaViolation'] as const

const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.object({ url: z.string().regex(/^(data:image\/[a-z]+;base64,|https?:\/\/)/) }),
})
const textPart = z.object({ type: z.literal('text'), text: z.string() })
const callSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.union([z.string(), z.array(z.union([textPart, imagePart]))]),
      }),
    )
    .min(1),
  response_format: z
    .object({
      type: z.string(),
      json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }).optional(),
    })
    .optional(),
  max_tokens: z.int().positive().optional(),
  seed: z.int().optional(),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
})
type Call = z.infer<typeof callSchema>

/**
 * Starts a server that speaks chat completions, streaming too, and makes its answers up in the asked shape.
 * It is a real peer for the real client: it can be slow, limit, fail, hang, cut off, or answer wrongly.
 */
export async function startSimulatedModel(options: SimulatedModelOptions = {}): Promise<SimulatedModel> {
  const counts: Record<string, number> = {}
  const server = createServer((request, response) => {
    serve(request, response, options, counts).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', 8192, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}/v1`,
    stats: () => ({ ...counts }),
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
  counts: Record<string, number>,
): Promise<void> {
  const path = (request.url ?? '').replace(/^\/v1/, '')
  if (path === '/healthz') return json(response, 200, { status: 'ok' })
  if (path === '/stats') return json(response, 200, counts)
  if (path === '/models')
    return json(response, 200, { object: 'list', data: MODELS.map((id) => ({ id, object: 'model' })) })
  if (path !== '/chat/completions') return refuse(response, 404, 'no such path')

  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  let call: Call
  try {
    call = callSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')))
  } catch (error) {
    return refuse(response, 400, error instanceof Error ? error.message : 'malformed request')
  }

  const fault = drawFault(options.faults ?? {})
  const outcome = fault ?? 'answered'
  counts[outcome] = (counts[outcome] ?? 0) + 1
  const wait = (options.latencyMs ?? 0) + Math.random() * (options.jitterMs ?? 0)
  // No timer of ours keeps a process that wants to end.
  if (wait > 0) await pause(wait, undefined, { ref: false })
  if (response.destroyed) return
  if (fault === 'rateLimited') return limit(response, options.retryAfterMs ?? 100)
  if (fault === 'serverError') return refuse(response, 500, 'simulated failure')
  if (fault === 'hang') return
  await answer(response, call, fault, options.tokensPerSecond ?? 0)
}

function drawFault(faults: Partial<SimulatedFaults>): (typeof FAULTS)[number] | null {
  let left = Math.random()
  for (const fault of FAULTS) {
    left -= faults[fault] ?? 0
    if (left < 0) return fault
  }
  return null
}

const tokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4))

async function answer(
  response: ServerResponse,
  call: Call,
  fault: string | null,
  pace: number,
): Promise<void> {
  const all = call.messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text', text: content } as const] : content,
  )
  const prompt = all.map((part) => (part.type === 'text' ? part.text : part.image_url.url)).join('\n')
  const said = all.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
  const images = all.filter((part) => part.type === 'image_url').length
  const schema = call.response_format?.json_schema?.schema ?? schemaInPrompt(said)
  let text = simulateAnswer(`${prompt}${call.seed ?? ''}`, schema)
  if (fault === 'schemaViolation' && schema) text = violateSchema(text)
  if (fault === 'invalidJson') text = 'I would rather not answer in JSON.'

  const most = call.max_tokens ?? Number.POSITIVE_INFINITY
  const finish = tokens(text) > most ? 'length' : 'stop'
  if (finish === 'length') text = text.slice(0, most * 4)
  // 765 tokens is what a mid-sized image costs at OpenAI; text goes by four characters to a token.
  const prompted = tokens(said) + images * 765
  const usage = {
    prompt_tokens: prompted,
    completion_tokens: tokens(text),
    total_tokens: prompted + tokens(text),
  }
  const head = { id: 'chatcmpl-simulated', created: Math.floor(Date.now() / 1000), model: call.model }
  const seconds = pace > 0 ? tokens(text) / pace : 0

  if (!call.stream) {
    if (seconds > 0) await pause(seconds * 1000, undefined, { ref: false })
    const message = { role: 'assistant', content: text, refusal: null }
    const body = {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage,
    }
    if (fault !== 'cut') return json(response, 200, body)
    const whole = JSON.stringify(body)
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(whole),
    })
    response.write(whole.slice(0, whole.length / 2), () => response.destroy())
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (delta: object, reason: string | null) =>
    send(response, {
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
    })
  const pieces = text.match(/[\s\S]{1,16}/g) ?? []
  for (const [index, content] of pieces.entries()) {
    if (fault === 'cut' && index >= pieces.length / 2) return void response.destroy()
    chunk(index === 0 ? { role: 'assistant', content } : { content }, null)
    if (seconds > 0) await pause((seconds * 1000) / pieces.length, undefined, { ref: false })
  }
  chunk({}, finish)
  if (call.stream_options?.include_usage)
    send(response, { ...head, object: 'chat.completion.chunk', choices: [], usage })
  response.end('data: [DONE]\n\n')
}

function send(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`)
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

/** An error in the shape that OpenAI's servers give it. */
function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  json(
    response,
    status,
    { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', code: null } },
    headers,
  )
}

function limit(response: ServerResponse, ms: number): void {
  refuse(response, 429, 'simulated rate limit', {
    'retry-after': String(Math.ceil(ms / 1000)),
    'retry-after-ms': String(ms),
  })
}

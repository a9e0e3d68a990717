import type { Model, ModelRequest } from '../model.ts'
import { secretsOf } from '../model-server.ts'
import { apiOf } from '../protocol/api-of.ts'
import { withoutSecrets } from '../protocol/classify-failure.ts'
import { callServer, ServerUnreachable } from '../servers/call-server.ts'

/** What came of one request. */
export interface Probe {
  readonly ok: boolean
  readonly detail: string
  /** Of a refusal. */
  readonly status?: number
  readonly usage?: { readonly input: number; readonly output: number }
}

/** A model that has to be loaded first takes a while. */
const LONGEST_MS = 60_000
/** A red square of 64 by 64 pixels; some servers refuse smaller ones. */
const RED_SQUARE =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAMAAACdt4HsAAAAA1BMVEXMAAA/z1L+AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAG0lEQVRYw+3BgQAAAADDoPlT3+AEVQEAAAB8AxBAAAEZszF2AAAAAElFTkSuQmCC'
const SCHEMA = {
  type: 'object',
  properties: { yes: { type: 'boolean' } },
  required: ['yes'],
  additionalProperties: false,
}

type Kind = 'text' | 'schema' | 'vision' | 'streaming'

const TEXTS: Readonly<Record<Kind, string>> = {
  text: 'Say yes.',
  // In words, too: a model may know no more than that it is to write JSON.
  schema: `Say yes, as a JSON object that matches this JSON Schema:\n${JSON.stringify(SCHEMA)}`,
  vision: 'Which colour is this? Answer with one word.',
  streaming: 'Say yes.',
}

/** Sends one small request of a kind, and looks whether what comes back is of that kind. */
export async function probe(model: Model, kind: Kind, signal: AbortSignal): Promise<Probe> {
  const api = apiOf(model)
  const body = { ...api.toRequest(requestOf(model, kind)), stream: kind === 'streaming' }
  let answer: { status: number; text: string }
  try {
    answer = await callServer(model.server, { path: api.path, body, timeoutMs: LONGEST_MS, signal })
  } catch (error) {
    if (error instanceof ServerUnreachable) return { ok: false, detail: error.message }
    throw error
  }
  const { status, text } = answer
  if (status !== 200) return { ok: false, status, detail: `${status}: ${wordsOf(text, model)}` }
  if (kind === 'streaming') {
    const ok = /^data:/m.test(text)
    return { ok, detail: ok ? 'yes' : 'the answer came as a whole' }
  }
  const completion = api.toCompletion(parse(text))
  const content = at(completion, 'choices', 0, 'message', 'content')
  if (typeof content !== 'string' || content.trim() === '') {
    return { ok: false, detail: `no text: ${wordsOf(text, model)}` }
  }
  if (kind === 'schema' && typeof at(parse(content), 'yes') !== 'boolean') {
    return { ok: false, detail: `it does not keep to the schema: ${content.slice(0, 80)}` }
  }
  const [input, output] = [
    at(completion, 'usage', 'prompt_tokens'),
    at(completion, 'usage', 'completion_tokens'),
  ]
  const counted = typeof input === 'number' && typeof output === 'number' && input > 0
  return { ok: true, detail: content.slice(0, 40), ...(counted ? { usage: { input, output } } : {}) }
}

function requestOf(model: Model, kind: Kind): ModelRequest {
  const image = { mediaType: 'image/png', base64: RED_SQUARE }
  const text = TEXTS[kind]
  return {
    model,
    parameters: {},
    schema: kind === 'schema' ? SCHEMA : null,
    messages: [
      { role: 'system', text: 'You answer in as few words as you can.' },
      { role: 'user', text, ...(kind === 'vision' ? { images: [image] } : {}) },
    ],
  }
}

/** What the server says, without our secrets, which some servers repeat. */
function wordsOf(text: string, { server }: Model): string {
  const words = withoutSecrets(text, secretsOf(server))
  const message = at(parse(words), 'error', 'message')
  return (typeof message === 'string' ? message : words).replace(/\s+/g, ' ').slice(0, 200)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[step]
        : undefined,
    value,
  )
}

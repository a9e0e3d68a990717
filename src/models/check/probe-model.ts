import { type Completion, type Message, type Model, ModelError, type ModelRequest } from '../model.ts'
import { secretsOf } from '../model-server.ts'
import { apiOf } from '../protocol/api-of.ts'
import { withoutSecrets } from '../protocol/classify-failure.ts'
import { readMedia } from '../protocol/media/read-media.ts'
import { readCompletion } from '../protocol/read-completion.ts'
import { callServer, ServerUnreachable } from '../servers/call-server.ts'
import { RED_SQUARE, samplePdf, sampleTone } from './sample-files.ts'

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
const SCHEMA = {
  type: 'object',
  properties: { yes: { type: 'boolean' } },
  required: ['yes'],
  additionalProperties: false,
}

type Kind = 'text' | 'schema' | 'vision' | 'pdf' | 'audio' | 'image_output' | 'audio_output' | 'streaming'

const TEXTS: Readonly<Record<Kind, string>> = {
  text: 'Say yes.',
  // In words, too: a model may know no more than that it is to write JSON.
  schema: `Say yes, as a JSON object that matches this JSON Schema:\n${JSON.stringify(SCHEMA)}`,
  vision: 'Which colour is this? Answer with one word.',
  pdf: 'Which word is in this document? Answer with it alone.',
  audio: 'What is to be heard? Answer with one word.',
  image_output: 'A red square.',
  audio_output: 'Yes.',
  streaming: 'Say yes.',
}

/** Sends one small request of a kind, and looks whether what comes back is of that kind. */
export async function probe(model: Model, kind: Kind, signal: AbortSignal): Promise<Probe> {
  const api = apiOf(model)
  const asked = requestOf(model, kind)
  const request = api.toRequest(asked)
  const isChat = api.name === 'chat' || api.name === 'responses'
  const body = isChat ? { ...request, stream: kind === 'streaming' } : request
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
  if (api.isBinary) return readSound(text, model)
  const said = api.toCompletion(parse(text))
  if (kind === 'image_output' || kind === 'audio_output') return readMade(kind, said, text, model)
  return readWords(kind, said, asked, text)
}

/** Reads an answer as a run's is read, so that a check says nothing else than runs would. */
function readWords(kind: Kind, body: unknown, request: ModelRequest, text: string): Probe {
  const { model } = request
  let completion: Completion
  try {
    completion = readCompletion(body, request)
  } catch (error) {
    if (error instanceof ModelError) return { ok: false, detail: error.message.slice(0, 200) }
    throw error
  }
  const { text: content, inputTokens: input, outputTokens: output, estimated } = completion
  if (content.trim() === '') return { ok: false, detail: `no text: ${wordsOf(text, model)}` }
  if (kind === 'schema' && typeof at(parse(content), 'yes') !== 'boolean') {
    return { ok: false, detail: `it does not keep to the schema: ${content.slice(0, 80)}` }
  }
  return { ok: true, detail: content.slice(0, 40), ...(estimated ? {} : { usage: { input, output } }) }
}

const FILES: Partial<Record<Kind, () => Pick<Message, 'images' | 'files'>>> = {
  vision: () => ({ images: [RED_SQUARE] }),
  pdf: () => ({ files: [samplePdf()] }),
  audio: () => ({ files: [sampleTone()] }),
}

/** An answer that is a recording, or should be; its bytes as a text are enough to tell. */
function readSound(text: string, model: Model): Probe {
  const ok = text.length > 100 && !/^\s*[{<]/.test(text)
  return { ok, detail: ok ? 'a recording' : `no recording: ${wordsOf(text, model)}` }
}

function readMade(
  kind: 'image_output' | 'audio_output',
  completion: unknown,
  text: string,
  model: Model,
): Probe {
  const [wanted, name] =
    kind === 'image_output' ? (['image', 'an image'] as const) : (['audio', 'a recording'] as const)
  const media = readMedia(at(completion, 'choices', 0, 'message'), wanted)
  if (media) return { ok: true, detail: `${name} of ${media.length} bytes` }
  return { ok: false, detail: `not ${name}: ${wordsOf(text, model)}` }
}

function requestOf(model: Model, kind: Kind): ModelRequest {
  const text = TEXTS[kind]
  const wants = kind === 'image_output' ? 'image' : kind === 'audio_output' ? 'audio' : undefined
  return {
    model,
    parameters: {},
    schema: kind === 'schema' ? SCHEMA : null,
    ...(wants && { wants }),
    messages: [
      { role: 'system', text: 'You answer in as few words as you can.' },
      { role: 'user', text, ...FILES[kind]?.() },
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

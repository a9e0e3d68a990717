import type { Model, ModelRequest } from '../model.ts'
import type { ModelApi } from './model-api.ts'
import type { Heard } from './transport/chat-connection.ts'
import { ServerFailure } from './transport/server-failure.ts'

/** Sends a body and resolves to the JSON of the answer. */
type Send = (body: object, heard?: Heard) => Promise<unknown>

/** Which calls are streamed, and whether their usage is asked for. */
export interface StreamRules {
  /**
   * Sends a request as a stream or not. Where the server refuses `stream_options` by name, it is sent once more without
   * them, and where it does not stream the model, as a whole; neither is ever billed twice. From then on it is so for an
   * hour.
   */
  ask(request: ModelRequest, api: ModelApi, send: Send): Promise<unknown>
}

const REMEMBERED_MS = 3_600_000

export function createStreamRules(now = () => performance.now()): StreamRules {
  /** What servers refused of streams of their models, and until when that is believed. */
  const refused = new Map<string, { readonly step: Step; readonly until: number }>()
  return {
    ask(request, api, send) {
      const body = api.toRequest(request)
      return isStreamed(request, api)
        ? askStreamed(request, api, body, send)
        : send(STREAMED.has(api.name) ? { ...body, stream: false } : body)
    },
  }

  async function askStreamed(
    request: ModelRequest,
    api: ModelApi,
    body: object,
    send: Send,
  ): Promise<unknown> {
    const { model, onText = () => {}, paceMs } = request
    const heard = { onText, paceMs }
    const first = firstStep(model, api)
    for (let step = first; ; ) {
      try {
        const completion = await (step === 'whole'
          ? send({ ...body, stream: false })
          : send(step === 'plain' ? streamed(body) : withUsage(body), heard))
        if (step !== first) refused.set(model.id, { step, until: now() + REMEMBERED_MS })
        return completion
      } catch (error) {
        const next = stepAfter(error, step)
        if (next === null) throw error
        step = next
      }
    }
  }

  function firstStep({ id, streamUsage }: Model, { name }: ModelApi): Step {
    const known = refused.get(id)
    if (known && known.until > now()) return known.step
    // The last event of the Responses API has it anyway.
    return streamUsage === false || name === 'responses' ? 'plain' : 'usage'
  }
}

const STREAMED: ReadonlySet<ModelApi['name']> = new Set(['chat', 'responses'])

/** How a stream is asked for: with its usage, without, or not at all. */
type Step = 'usage' | 'plain' | 'whole'

const streamed = (body: object) => ({ ...body, stream: true })
const withUsage = (body: object) => ({ ...streamed(body), stream_options: { include_usage: true } })

function isStreamed({ model, onText, wants }: ModelRequest, api: ModelApi): boolean {
  // Pictures come whole, and recordings would come without their heads.
  if (wants || !STREAMED.has(api.name) || model.stream === 'never') return false
  return model.stream === 'always' || onText !== undefined
}

/** How servers say that they do not stream a model, or not for this account. */
const NO_STREAM =
  /\bstream(ing)?\b.{0,80}(not support|unsupported|not (available|enabled|allowed)|must be false|verified|extra|unknown)|(not support|unsupported|verified|unrecognized|unknown).{0,80}\bstream(ing)?\b/i

/** What is left to ask for after a refusal that names the stream; null for any other. */
function stepAfter(error: unknown, step: Step): Step | null {
  if (step === 'whole' || !(error instanceof ServerFailure)) return null
  if (error.status !== 400 && error.status !== 422) return null
  const words = JSON.stringify(error.body)
  if (/stream_options|include_usage/.test(words)) return step === 'usage' ? 'plain' : null
  return NO_STREAM.test(words) ? 'whole' : null
}

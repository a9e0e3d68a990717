import type { Model, ModelRequest } from '../model.ts'
import type { ModelApi } from './model-api.ts'
import { ServerFailure } from './transport/server-failure.ts'

/** Sends a body and resolves to the JSON of the answer. */
type Send = (body: object, onText?: (delta: string) => void) => Promise<unknown>

/** Which calls are streamed, and whether their usage is asked for. */
export interface StreamRules {
  /**
   * Sends a request as a stream or not. Where the server refuses `stream_options` by name, it is sent once more without
   * them, which is never billed twice, and from then on without them for an hour.
   */
  ask(request: ModelRequest, api: ModelApi, send: Send): Promise<unknown>
}

const REMEMBERED_MS = 3_600_000

export function createStreamRules(now = () => performance.now()): StreamRules {
  /** Models whose servers refused `stream_options`, and until when that is believed. */
  const refusedUntil = new Map<string, number>()
  return {
    ask(request, api, send) {
      const body = api.toRequest(request)
      return isStreamed(request, api)
        ? askStreamed(request, { ...body, stream: true }, send)
        : send({ ...body, stream: false })
    },
  }

  async function askStreamed({ model, onText }: ModelRequest, body: object, send: Send): Promise<unknown> {
    const listener = onText ?? (() => {})
    const believed = (refusedUntil.get(model.id) ?? 0) > now()
    if (model.streamUsage === false || believed) return send(body, listener)
    try {
      return await send({ ...body, stream_options: { include_usage: true } }, listener)
    } catch (error) {
      if (!refusesUsage(error)) throw error
      const completion = await send(body, listener)
      remember(model)
      return completion
    }
  }

  function remember({ id }: Model): void {
    refusedUntil.set(id, now() + REMEMBERED_MS)
  }
}

/** The Responses API streams other events, which are not read here: its answers come at once. */
function isStreamed({ model, onText }: ModelRequest, api: ModelApi): boolean {
  if (api.name !== 'chat' || model.stream === 'never') return false
  return model.stream === 'always' || onText !== undefined
}

function refusesUsage(error: unknown): boolean {
  if (!(error instanceof ServerFailure) || (error.status !== 400 && error.status !== 422)) return false
  return /stream_options|include_usage/.test(JSON.stringify(error.body))
}

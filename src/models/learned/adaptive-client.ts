import { type Message, type Model, type ModelClient, ModelError, type ModelRequest } from '../model.ts'
import type { ModelRegistry } from '../model-registry.ts'
import { usedParameters } from '../protocol/request-parameters.ts'
import { type Adaptation, type Refused, stepDown } from './adaptation.ts'
import { readRefusal } from './read-refusal.ts'

export interface AdaptiveClientDeps {
  readonly client: ModelClient
  readonly models: ModelRegistry
  /** How long what was learned is believed, in ms. */
  readonly rememberMs: number
  readonly now: () => number
  /** Called once for each thing that is learned. */
  learned(model: Model, refused: Refused, adaptation: Adaptation): void
}

/** A request cannot be refused more often than it has members. */
const MOST_STEPS = 10

/**
 * A client that asks again without what the server says it does not know, and does without it from then on. A request that
 * is refused for that is never billed, so these calls are no attempts of a run.
 */
export function createAdaptiveClient(deps: AdaptiveClientDeps): ModelClient {
  const { client, models } = deps
  return {
    async complete(request, signal) {
      let asked = asNow(request, models.find(request.model.id))
      for (let step = 0; ; step += 1) {
        try {
          return await client.complete(asked, signal)
        } catch (error) {
          if (!(error instanceof ModelError) || step >= MOST_STEPS) throw error
          // A model that is gone may be refused in words that would also name what it was sent.
          const refused = error.kind === 'retired' ? null : readRefusal(error, asked)
          const configured = models.configured(request.model.id)
          if (!refused || !configured) throw error
          // Another call may have learned it while this one was under way: that step is not taken twice.
          const isCurrent = models.find(configured.id) === asked.model
          const known = models.adaptation(configured.id)
          const next = isCurrent ? stepDown(configured, known, refused, deps.now() + deps.rememberMs) : null
          if (next) {
            models.adapt(configured.id, next)
            deps.learned(configured, refused, next)
          }
          const model = models.find(configured.id)
          if (!model || model === asked.model) throw error
          asked = asNow(request, model)
        }
      }
    },
    close: () => client.close(),
  }
}

/** A request for its model as that is to be asked now, which may have changed since the request was made. */
function asNow(request: ModelRequest, model: Model | null): ModelRequest {
  if (!model || model === request.model) return request
  request.onParameters?.(usedParameters(model, request.parameters))
  return { ...request, model, messages: messagesFor(model, request) }
}

/** Where the schema no longer goes into the request, it goes into the prompt. */
function messagesFor(model: Model, request: ModelRequest): readonly Message[] {
  const { messages, schemaInWords } = request
  if (!schemaInWords || request.model.output !== 'json_schema' || model.output === 'json_schema') {
    return messages
  }
  const words = schemaInWords()
  const at = messages.findIndex(({ role }) => role === 'system')
  if (at < 0) return [{ role: 'system', text: words }, ...messages]
  return messages.map((each, index) => (index === at ? { ...each, text: `${each.text}\n\n${words}` } : each))
}

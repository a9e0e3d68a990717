import { type Message, type Model, type ModelClient, ModelError, type ModelRequest } from '../model.ts'
import type { ModelRegistry } from '../model-registry.ts'
import { usedParameters } from '../protocol/request-parameters.ts'
import { type Adaptation, adapt, bothOf, type Refused, saysTheSame, stepDown } from './adaptation.ts'
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
 * is refused for that is never billed, so these calls are no attempts of a run. What a server says may repeat what one
 * caller sent, and all callers ask the model as it was learned: so it is believed once the call was answered without it,
 * and only for that call where the server names a member of its `extra`.
 */
export function createAdaptiveClient(deps: AdaptiveClientDeps): ModelClient {
  const { client, models } = deps

  function remember(configured: Model, steps: readonly Step[], own: Adaptation): void {
    const known = models.adaptation(configured.id)
    const next = known ? bothOf(known, own) : own
    // Other calls may have found out the same meanwhile.
    if (known && saysTheSame(known, next)) return
    models.adapt(configured.id, next)
    for (const { refused } of steps) deps.learned(configured, refused, next)
  }

  return {
    async complete(request, signal) {
      let asked = asNow(request, models.find(request.model.id))
      const configured = models.configured(request.model.id)
      /** What this call does without, beside what was known. */
      const steps: Step[] = []
      let own: Adaptation | null = null
      for (let asks = 0; ; asks += 1) {
        try {
          const completion = await client.complete(asked, signal)
          if (configured && own && steps.every(({ isOfCall }) => !isOfCall)) remember(configured, steps, own)
          return completion
        } catch (error) {
          if (!(error instanceof ModelError) || !configured || asks >= MOST_STEPS) throw error
          // A model that is gone may be refused in words that would also name what it was sent.
          const refused = error.kind === 'retired' ? null : readRefusal(error, asked)
          if (!refused) throw error
          const current = models.find(configured.id)
          if (!own && current && current !== asked.model) {
            // Another call has learned it while this one was under way: that step is not taken twice.
            asked = asNow(request, current)
            continue
          }
          own = stepDown(
            configured,
            own ?? models.adaptation(configured.id),
            refused,
            deps.now() + deps.rememberMs,
          )
          if (!own) throw error
          steps.push({ refused, isOfCall: namesExtra(error.message, request) })
          asked = asNow(request, adapt(configured, own))
        }
      }
    },
    close: () => client.close(),
  }
}

interface Step {
  readonly refused: Refused
  /** True where it may be so for this call alone. */
  readonly isOfCall: boolean
}

const namesExtra = (words: string, { parameters }: ModelRequest): boolean =>
  Object.keys(parameters.extra ?? {}).some((name) => words.includes(name))

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

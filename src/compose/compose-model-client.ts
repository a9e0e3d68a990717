import { createAdaptationStore } from '../models/learned/adaptation-store.ts'
import { createAdaptiveClient } from '../models/learned/adaptive-client.ts'
import { followAdaptations } from '../models/learned/follow-adaptations.ts'
import type { ModelClient } from '../models/model.ts'
import { createModelClient } from '../models/protocol/openai-compatible.ts'
import { sharedNow } from '../platform/clock.ts'
import type { Core } from './compose-core.ts'

/** What a worker calls models with: it learns what their servers do not know, and tells the other processes. */
export function composeModelClient({ config, log, lifecycle, redis, models }: Core): ModelClient {
  const store = createAdaptationStore(redis)
  const rememberMs = config.modelMemory * 1000
  const follower = followAdaptations({ store, models, log, now: sharedNow })
  lifecycle.onClose('model adaptations', () => follower.close())
  const client = createAdaptiveClient({
    client: createModelClient({
      maxResponseBytes: config.responseLimit * 2 + 65_536,
      // In base64, within JSON.
      maxMediaBytes: Math.ceil(config.outputFileMax * 1.4) + 65_536,
    }),
    ...{ models, rememberMs, now: sharedNow },
    learned({ id, name }, refused, adaptation) {
      const { output, dropped, maxTokens, noSystemTurn } = adaptation
      const detail = {
        model: name,
        refused,
        output,
        dropped,
        max_tokens_as: maxTokens,
        no_system_turn: noSystemTurn,
      }
      log.warn(detail, "the model's server does not know this; it is asked without it for a while")
      store.save(id, adaptation, rememberMs).catch((err: unknown) => log.debug({ err }, 'not told to others'))
    },
  })
  lifecycle.onClose('model client', () => client.close())
  return client
}

import type { ModelRegistry } from '../../models/model-registry.ts'
import type { Outcome } from '../run-result.ts'
import type { Asked } from './question-key.ts'
import type { RunShare } from './run-share.ts'

/**
 * What a run comes to whose result another run has; null when the run is to be executed.
 * @throws as `RunShare.enter`
 */
export async function reuseResult(
  share: RunShare,
  asked: Omit<Asked, 'request'>,
  models: Pick<ModelRegistry, 'find'>,
): Promise<Outcome | null> {
  const kept = await share.enter(asked)
  if (!kept) return null
  const { response, outputCheck: check, parameters, finishReason, usedFallback, primaryFailure } = kept
  const model = models.find(kept.modelId ?? '')
  return {
    ...{ error: null, parameters, usedFallback, primaryFailure, reused: kept },
    ...(model && { model }),
    ...(kept.outputFile !== null && { outputFile: kept.outputFile }),
    asked: { response, check, parameters, error: null, partial: null, finishReason },
  }
}

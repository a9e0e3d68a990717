import type { ModelRegistry } from '../../../models/model-registry.ts'
import { estimateTokens, MOST_IMAGE_TOKENS } from '../../../models/protocol/estimate-tokens.ts'
import { renderedLength } from '../../../tasks/prompts/prompt.ts'
import { promptsOf } from '../../../tasks/prompts/revision-prompts.ts'
import type { Revision } from '../../../tasks/task.ts'
import { possibleCost } from '../../attempt-cost.ts'
import type { Ledger } from '../../ledger.ts'
import type { RunRequest } from '../../run.ts'
import { chooseModels } from './choose-models.ts'

/**
 * Says of attempts whose worker was lost which model they asked, and what that may have cost. Nothing is rendered or loaded
 * for it: a run that only ends here has no call to be made ready.
 */
export function estimateLost(
  ledger: Ledger,
  request: RunRequest,
  revision: Revision,
  models: ModelRegistry,
): void {
  const choices = chooseModels(request, revision, models)
  const asked = choices.find(({ model }) => ledger.gaveUp(model.name) === null)
  if (!asked) return
  const { system, user } = promptsOf(revision)
  ledger.estimateLost((model) => {
    const { model: of, parameters } = choices.find((choice) => choice.model.name === model) ?? asked
    const tokens = estimateTokens(renderedLength([system, user], request.inputs))
    const images = request.files.length * MOST_IMAGE_TOKENS
    return { model: of.name, ...possibleCost(of, parameters, tokens + images) }
  })
}

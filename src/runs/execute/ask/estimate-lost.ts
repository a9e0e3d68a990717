import { isDocument } from '../../../files/document/document-format.ts'
import type { FileStore } from '../../../files/file-store.ts'
import type { Model } from '../../../models/model.ts'
import type { ModelRegistry } from '../../../models/model-registry.ts'
import {
  estimateStoredTokens,
  estimateTokens,
  MOST_IMAGE_TOKENS,
} from '../../../models/protocol/estimate-tokens.ts'
import { renderedLength } from '../../../tasks/prompts/prompt.ts'
import { promptsOf } from '../../../tasks/prompts/revision-prompts.ts'
import type { Revision } from '../../../tasks/task.ts'
import { possibleCost } from '../../attempt-cost.ts'
import { filesOf, type RunFile, useFiles } from '../../file-use.ts'
import type { Ledger } from '../../ledger.ts'
import type { RunRequest } from '../../run.ts'
import { type KeptInputsDeps, keptInputs } from '../inputs/process-inputs.ts'
import { chooseModels, type ModelChoice } from './choose-models.ts'
import { keptKind, keptTextName } from './load-files.ts'

export interface EstimateLostDeps extends KeptInputsDeps {
  readonly models: ModelRegistry
  readonly files: FileStore
}

/**
 * Says of attempts whose worker was lost which model they asked, and what that may have cost: with what input processors
 * and documents had given by then. Nothing is rendered, fetched or converted for it: a run that only ends here has no call
 * to be made ready.
 */
export async function estimateLost(
  deps: EstimateLostDeps,
  ledger: Ledger,
  request: RunRequest,
  revision: Revision,
): Promise<void> {
  const choices = chooseModels(request, revision, deps.models)
  const asked = choices.find(({ model }) => ledger.gaveUp(model.name) === null)
  if (!asked) return
  // That the files cannot be read now is told when the run needs them.
  const inputs = await keptInputs(deps, request, revision).catch(() => request.inputs)
  const { system, user } = promptsOf(revision)
  const prompts = estimateTokens(renderedLength([system, user], inputs))
  const sent = request.files.length > 0 ? useFiles(revision, filesOf(request)).sent : []
  const files = new Map<Model, number>()
  for (const { model } of choices) files.set(model, await tokensOf(deps, request.id, sent, model))
  ledger.estimateLost((name) => {
    const { model, parameters }: ModelChoice = choices.find((choice) => choice.model.name === name) ?? asked
    return { model: model.name, ...possibleCost(model, parameters, prompts + (files.get(model) ?? 0)) }
  })
}

async function tokensOf(
  { files }: EstimateLostDeps,
  run: string,
  sent: readonly RunFile[],
  model: Model,
): Promise<number> {
  const sizeOf = async (name: string) => (await files.size(run, name).catch(() => null)) ?? 0
  let tokens = 0
  for (const file of sent) {
    const kind = keptKind(file, model)
    if (kind === null) {
      tokens += MOST_IMAGE_TOKENS
    } else if (kind === 'text') {
      // Until its text is known, no call was made with it.
      tokens += estimateTokens(await sizeOf(keptTextName(file)))
    } else {
      tokens += estimateStoredTokens(isDocument(file.stored) ? 'pdf' : 'wav', await sizeOf(file.stored))
    }
  }
  return tokens
}

import { isDocument, isRecording } from '../../../files/document/document-format.ts'
import type { Model, ModelParameters } from '../../../models/model.ts'
import type { ModelRegistry } from '../../../models/model-registry.ts'
import { usedParameters } from '../../../models/protocol/request-parameters.ts'
import type { Revision } from '../../../tasks/task.ts'
import { filesOf, type RunFile, useFiles } from '../../file-use.ts'
import type { RunRequest } from '../../run.ts'
import { boundOutput } from './most-output.ts'

/** A model that a run may call, with its parameters. */
export interface ModelChoice {
  readonly model: Model
  readonly parameters: ModelParameters
  readonly fallback: boolean
}

/**
 * The models that a run calls, in their order: the revision's model, then its fallback; only the fallback when the caller
 * asks for that. Models that are no longer configured are left out, and those that do not take
 * the run's files: images without vision, recordings without hearing.
 */
export function chooseModels(request: RunRequest, revision: Revision, models: ModelRegistry): ModelChoice[] {
  const choices: ModelChoice[] = []
  const sent = request.files.length > 0 ? useFiles(revision, filesOf(request)).sent : []
  function add(reference: string | null, config: ModelParameters | null, fallback: boolean): void {
    const model = reference ? models.find(reference) : null
    if (!model || !takesFiles(model, sent)) return
    const asked = boundOutput(request, model, { ...config, ...request.llmConfig })
    choices.push({ model, parameters: usedParameters(model, asked), fallback })
  }
  if (!request.useFallback) add(revision.llm_model_id, revision.llm_config, false)
  add(revision.fallback_llm_model_id, revision.fallback_llm_config, true)
  return choices
}

function takesFiles({ supportsVision, supportsAudio }: Model, files: readonly RunFile[]): boolean {
  return files.every(({ stored }) =>
    isDocument(stored) ? true : isRecording(stored) ? supportsAudio : supportsVision,
  )
}

import type { Model, ModelServer } from '../model.ts'
import { describeModel } from './describe-model.ts'

const KINDS = [
  {
    name: 'simulated-large',
    output: 'json_schema',
    supportsVision: true,
    supportsPdf: true,
    supportsAudio: true,
    supportsImageOutput: true,
    supportsAudioOutput: true,
  },
  { name: 'simulated-small', output: 'json_object', supportsVision: true },
  { name: 'simulated-basic', output: 'none', supportsVision: false },
  {
    name: 'simulated-image',
    api: 'images',
    output: 'none',
    supportsVision: false,
    supportsImageOutput: true,
  },
  {
    name: 'simulated-speech',
    api: 'speech',
    output: 'none',
    supportsVision: false,
    supportsAudioOutput: true,
  },
] as const

/** The models that answer where no real one is configured. Their description says what they are. */
export function simulatedModels(server: ModelServer): Model[] {
  const description =
    'Simulated: made-up answers of the right shape, for trying things out. No model is called.'
  return KINDS.map((kind) => describeModel({ ...kind, provider: 'simulated', description, server }))
}

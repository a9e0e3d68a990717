import { v5 } from 'uuid'
import type { Model } from '../model.ts'

/** Namespace of model ids. It never changes, so that a model's id is the same in every process and version. */
const NAMESPACE = '5f0c8d0e-7f64-4b0c-9f3e-3b1d6a1f6c55'

/** What must be known of a model; all else has a default. */
export type KnownModel = Pick<Model, 'name' | 'provider' | 'server' | 'output' | 'supportsVision'> &
  Partial<Model>

/** A model with a default for everything that is not known of it. */
export function describeModel(known: KnownModel): Model {
  return {
    id: v5(known.name, NAMESPACE),
    alias: known.name,
    upstreamName: known.name,
    description: '',
    supportsImageOutput: false,
    retired: false,
    price: null,
    ...known,
  }
}

import type { CallOptions } from '../client-options.ts'
import type { Model, ModelChecks } from '../shapes/model.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

/** Longest that the server tries a model, in milliseconds. */
const CHECK_MS = 240_000

/** The models that tasks may name. */
export interface Models {
  list(
    query?: {
      /** Also those that new revisions may not name. */
      readonly include_retired?: boolean | undefined
    },
    options?: CallOptions,
  ): Promise<readonly Model[]>
  /** Tries a model, by its id, name or alias; only the administrator may. */
  check(model: string, options?: CallOptions): Promise<ModelChecks>
}

export const createModels = (api: Api): Models => ({
  list: (query, options) => api.json({ ...options, method: 'GET', path: 'P/model', query }),
  check: (model, options) =>
    api.json({
      ...options,
      method: 'POST',
      path: `P/model/${segment(model)}/check`,
      waitMs: CHECK_MS,
    }),
})

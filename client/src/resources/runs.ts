import type { CallOptions } from '../client-options.ts'
import { type List, listOf } from '../list.ts'
import type { ListedRun, RunFilter } from '../shapes/run.ts'
import type { Api } from '../transport/api.ts'

/** The runs of a project, newest first. One of them, by its task: `task(...).attach(id)`. */
export interface Runs {
  list(filter?: RunFilter & { readonly task_id?: string | undefined }, options?: CallOptions): List<ListedRun>
}

export const createRuns = (api: Api): Runs => ({
  list: (filter, options) => listOf(api, 'P/task_run', filter, options),
})

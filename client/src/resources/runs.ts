import type { CallOptions } from '../client-options.ts'
import { type List, listOf } from '../list.ts'
import type { ProjectEvent } from '../shapes/project-event.ts'
import type { ListedRun, RunFilter } from '../shapes/run.ts'
import { watchProject } from '../stream/watch-project.ts'
import type { Api } from '../transport/api.ts'

/** The runs of a project, newest first. One of them, by its task: `task(...).attach(id)`. */
export interface Runs {
  list(filter?: RunFilter & { readonly task_id?: string | undefined }, options?: CallOptions): List<ListedRun>
  /**
   * The ends of the project's runs as they come, from now on, for somebody who looks; connected again when the connection
   * breaks. Leave it by `break` or by `signal`, which makes it reject with the signal's reason.
   */
  watch(options?: CallOptions): AsyncIterable<ProjectEvent>
}

export const createRuns = (api: Api): Runs => ({
  list: (filter, options) => listOf(api, 'P/task_run', filter, options),
  watch: (options = {}) => watchProject(api, options),
})

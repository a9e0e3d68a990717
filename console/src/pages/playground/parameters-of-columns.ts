import type { TaskRecord } from '@splitrun/client'
import { parametersOf } from '../../../../src/tasks/prompts/prompt.ts'
import { filledParameters } from './filled-parameters.ts'
import type { Column } from './workbench.ts'

/** The parameters that one of the columns needs typed, in the order of the prompts. */
export function parametersOfColumns(task: TaskRecord, columns: readonly Column[]): readonly string[] {
  const needed = columns.flatMap(({ draft, revision }) => {
    const base = task.revisions.find(({ id }) => id === revision)
    if (!base) return []
    const { system_prompt: system, user_prompt: user } = draft ?? base
    const filled = filledParameters(base)
    return parametersOf(system, user).filter((name) => !filled.has(name))
  })
  return [...new Set(needed)]
}

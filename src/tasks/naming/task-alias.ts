import { z } from 'zod'

/** Ids of OpenAI's stored prompts look so; a task may keep the one that its callers know. */
export const taskAlias = z
  .string()
  .regex(/^pmpt_[A-Za-z0-9_-]{1,120}$/, 'expected pmpt_ and 1-120 letters, digits, - or _')

interface Aliased {
  readonly id: string
  readonly alias: string | null
}

/** The alias that is made of a task's id: every task has it, and nothing is stored for it. */
export const aliasOfId = (id: string): string => `pmpt_${id.replaceAll('-', '')}`

/** The alias that is shown of a task. */
export const shownAlias = ({ id, alias }: Aliased): string => alias ?? aliasOfId(id)

/** The id of the task that an alias of that form stands for; null for other aliases. */
export function idInAlias(alias: string): string | null {
  const [, a, b, c, d, e] =
    /^pmpt_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(alias) ?? []
  return e === undefined ? null : [a, b, c, d, e].join('-')
}

/** A task that was sent back as it was read was given no alias. */
export function withOwnAlias<T extends Aliased>(task: T): T {
  return task.alias === aliasOfId(task.id) ? { ...task, alias: null } : task
}

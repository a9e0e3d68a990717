import { ValidationError } from '../platform/errors.ts'
import { idInAlias } from './naming/task-alias.ts'
import type { Task } from './task.ts'

/**
 * Checks rules that concern several fields of the task itself.
 * @throws {ValidationError} for `on_truncated: "accept"` where the task answers with JSON: half an object is none; for an
 *   alias that is made of another task's id
 */
export function checkTask(
  {
    id,
    alias,
    output_modality,
    on_truncated,
  }: Pick<Task, 'id' | 'alias' | 'output_modality' | 'on_truncated'>,
  where: readonly (string | number)[] = ['body'],
): void {
  const meant = alias === null ? null : idInAlias(alias)
  if (meant !== null && meant !== id) {
    throw ValidationError.at([...where, 'alias'], 'an alias of this form stands for the task of that id')
  }
  if (output_modality === 'text' || on_truncated === 'fail') return
  throw ValidationError.at(
    [...where, 'on_truncated'],
    'only a task that answers with text can accept a part of it',
  )
}

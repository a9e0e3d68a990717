import { ValidationError } from '../platform/errors.ts'
import type { Task } from './task.ts'

/**
 * Checks rules that concern several fields of the task itself.
 * @throws {ValidationError} for `on_truncated: "accept"` where the task answers with JSON: half an object is none
 */
export function checkTask(
  { output_modality, on_truncated }: Pick<Task, 'output_modality' | 'on_truncated'>,
  where: readonly (string | number)[] = ['body'],
): void {
  if (output_modality === 'text' || on_truncated === 'fail') return
  throw ValidationError.at(
    [...where, 'on_truncated'],
    'only a task that answers with text can accept a part of it',
  )
}

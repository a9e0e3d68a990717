import type { FieldOperation } from '../../src/runs/live/field-operation.ts'

type Container = Record<string | number, unknown>

/**
 * Applies an operation to an object that is built up from nothing, as a reader of a run's fields does: the path is a JSON
 * Pointer, and what it leads to has been set before.
 */
export function applyOperation(root: Container, operation: FieldOperation): void {
  const keys = operation.path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop() as string
  let at = root
  for (const key of keys) at = at[key] as Container
  const value =
    'append' in operation ? `${Object.hasOwn(at, last) ? at[last] : ''}${operation.append}` : operation.set
  // An ordinary assignment would take `__proto__` for something else.
  Object.defineProperty(at, last, { value, writable: true, enumerable: true, configurable: true })
}

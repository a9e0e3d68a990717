import { orderedJson } from '../../parts/revisions/settable.ts'

/**
 * A list of named policies with one in the place of another, as it was when somebody began to change it, or at the end where
 * there is no other; null takes it out.
 * @throws {Error} where somebody else has changed the other one meanwhile
 */
export function withPolicy<Policy extends { readonly name: string }>(
  all: readonly Policy[],
  before: Policy | null,
  next: Policy | null,
): readonly Policy[] {
  if (before === null) return next === null ? all : [...all, next]
  const at = all.findIndex(({ name }) => name === before.name)
  if (at < 0 && next === null) return all
  if (at < 0 || orderedJson(all[at]) !== orderedJson(before)) {
    const done = at < 0 ? 'taken away' : 'changed'
    throw new Error(`“${before.name}” was ${done} meanwhile. Close this, and see what there is now.`)
  }
  return all.toSpliced(at, 1, ...(next === null ? [] : [next]))
}

/** A list of named policies with one in the place of another, or at the end where there is no other; null takes it out. */
export function withPolicy<Policy extends { readonly name: string }>(
  all: readonly Policy[],
  before: string | null,
  next: Policy | null,
): readonly Policy[] {
  const at = all.findIndex(({ name }) => name === before)
  const put = next === null ? [] : [next]
  return at < 0 ? [...all, ...put] : all.toSpliced(at, 1, ...put)
}

import { ValidationError } from '../platform/errors.ts'

/**
 * Makes sure that a list of named things is one that a project may have.
 * @param member of the body that has the list
 * @throws {ValidationError} when there are too many of them, or two of one name
 */
export function checkNames(named: readonly { readonly name: string }[], member: string, most: number): void {
  if (named.length > most) {
    throw ValidationError.at(['body', member], `a project may have at most ${most}`, 'too_big')
  }
  const names = named.map(({ name }) => name)
  const twice = names.findIndex((name, at) => names.indexOf(name) < at)
  if (twice >= 0) throw ValidationError.at(['body', member, twice, 'name'], 'another one has this name')
}

import { crc32 } from 'node:zlib'
import type { FieldOperation } from './field-operation.ts'

/** Deeper than this nothing is told of an object while it comes: see `FieldReader`. */
const DEEPEST = 100

/**
 * What operations have come to so far, as a checksum of each member of the object: so it can be compared with the response
 * in the end, and nobody keeps an object for each reader. A member that is told in another order than the response has it
 * is taken for another: then it is only told once more.
 */
export class ToldMembers {
  readonly #sums = new Map<string, number>()
  #path = ''

  /** @param member the name of the object's member that the operation is about, or about a part of */
  add(member: string, operation: FieldOperation): void {
    const { path } = operation
    const isSet = 'set' in operation
    // To set a member takes the place of all that was told of it.
    const before = isSet && path === pathOf(member) ? 0 : (this.#sums.get(member) ?? 0)
    const begins = isSet || path !== this.#path
    this.#path = path
    const value = isSet ? operation.set : operation.append
    this.#sums.set(member, addValue(begins ? addText(path, before) : before, value))
  }

  /** The operations without which a reader that was told this much does not have the response, by the members' numbers. */
  missingOf(response: object): { readonly operation: FieldOperation; readonly number: number }[] {
    return Object.entries(response).flatMap(([member, value], number) => {
      const path = pathOf(member)
      const isTold = this.#sums.get(member) === sumOf(value, path, 0, 0)
      return isTold ? [] : [{ operation: { path, set: value }, number }]
    })
  }

  /** True when something was told that is in no member of the response. */
  hasOtherThan(response: object): boolean {
    return [...this.#sums.keys()].some((member) => !Object.hasOwn(response, member))
  }
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
const pathOf = (member: string): string => `/${escaped(member)}`

/** Not as UTF-8, in which the halves of a surrogate pair cannot be added one after the other. */
const addText = (text: string, sum: number): number => crc32(Buffer.from(text, 'utf16le'), sum)

/** A text is added as it is, so that its pieces come to the same as the whole. */
const addValue = (sum: number, value: unknown): number =>
  typeof value === 'string' ? addText(value, sum) : addText(`\0${JSON.stringify(value)}`, sum)

/** What the checksum comes to when a value is told at a path; NaN for one that is too deep to be told. */
function sumOf(value: unknown, path: string, before: number, depth: number): number {
  if (depth > DEEPEST) return Number.NaN
  const sum = addText(path, before)
  if (typeof value !== 'object' || value === null) return addValue(sum, value)
  let all = addValue(sum, Array.isArray(value) ? [] : {})
  for (const [key, part] of Object.entries(value))
    all = sumOf(part, `${path}/${escaped(key)}`, all, depth + 1)
  return all
}

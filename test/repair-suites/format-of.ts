import { checkFormat } from '../../src/output/check-format.ts'
import type { OutputFormat } from '../../src/output/output-format.ts'

type Spec = OutputFormat[string]

/** The output_format that describes an object and requires all of it but what is null; null when none does. */
export function formatOf(value: object): OutputFormat | null {
  if (holdsListOfLists(value)) return null
  const format = objectFormat(value)
  let isValid = true
  checkFormat(format, { maxDepth: 20, maxKeys: 1000 }, () => {
    isValid = false
  })
  return isValid ? format : null
}

function holdsListOfLists(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const members = Object.values(value)
  return (Array.isArray(value) && members.some(Array.isArray)) || members.some(holdsListOfLists)
}

const objectFormat = (value: object): OutputFormat =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [key, specOf(member)]))

function specOf(value: unknown): Spec {
  // What null stands for is not known; any type that may be absent is described by it.
  if (value === null) return { type: 'str', required: false }
  if (Array.isArray(value)) return listSpec(value)
  if (typeof value !== 'object') return { type: simpleType(value) }
  return { type: 'object', nested_structure: objectFormat(value) }
}

function listSpec(items: readonly unknown[]): Spec {
  const [first] = items
  if (typeof first !== 'object' || first === null) return { type: 'list', item_type: simpleType(first) }
  if (items.some((item) => typeof item !== 'object' || item === null))
    throw new Error('items of several types')
  return { type: 'list', nested_structure: objectFormat(first) }
}

function simpleType(value: unknown): 'str' | 'number' | 'bool' {
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'bool' : 'str'
}

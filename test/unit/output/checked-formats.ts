import assert from 'node:assert/strict'
import { outputFormatSchema } from '../../../src/output/output-format.ts'

export const schema = outputFormatSchema({ maxDepth: 4, maxKeys: 10 })

/** Where and in what words a format is refused. */
export function refusals(format: unknown): [path: string, message: string][] {
  return (schema.safeParse(format).error?.issues ?? []).map(({ path, message }) => [path.join('/'), message])
}

export function assertAccepted(format: unknown): void {
  assert.deepEqual(refusals(format), [])
}

export function assertRefused(format: unknown, path: string, message: RegExp): void {
  const found = refusals(format)
  assert.deepEqual(
    found.map(([where]) => where),
    [path],
  )
  assert.match(found[0]?.[1] ?? '', message)
}

/** A format that is nested so many levels deep, with one key on each. */
export function nested(levels: number): object {
  let format: object = { leaf: 'str' }
  for (let level = 1; level < levels; level++)
    format = { inner: { type: 'object', nested_structure: format } }
  return format
}

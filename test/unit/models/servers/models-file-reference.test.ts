import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { modelsFileSchema } from '../../../../src/models/servers/models-file-schema.ts'

const reference = readFileSync(join(import.meta.dirname, '../../../../docs/reference/models-file.md'), 'utf8')

test('the reference lists every member of the models file, and no other', () => {
  const { properties } = z.toJSONSchema(modelsFileSchema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { items?: object; additionalProperties?: object }>
  }
  const membersOf = (schema: object | undefined) => Object.keys((schema as { properties: object }).properties)
  const known = new Set([
    ...membersOf(properties['servers']?.additionalProperties),
    ...membersOf(properties['models']?.items),
  ])
  const cells = [...reference.matchAll(/^\| (`[^|]+) \|/gm)].map((match) => match[1] ?? '')
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''))
  // Some are members of servers and of models.
  assert.deepEqual([...new Set(listed)].sort(), [...known].sort())
})

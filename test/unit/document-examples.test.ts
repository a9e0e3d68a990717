import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readProcessorsFile } from '../../src/inputs/read-processors-file.ts'
import { readModelsFile } from '../../src/models/servers/read-models-file.ts'
import { budgetPolicy } from '../../src/policies/budget.ts'
import { limitPolicy } from '../../src/policies/policy.ts'
import { blocksOf, DOCUMENTS } from '../support/documents.ts'

const secret = (): string => 'secret'

test('examples of files, limits and budgets in the documents are taken as they stand', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-examples-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'example.json')
  const readers: Record<string, (example: Record<string, unknown[]>) => unknown> = {
    servers: () => readModelsFile(file, 1000, secret),
    processors: () => readProcessorsFile(file, secret),
    policies: ({ policies = [] }) => policies.map((each) => limitPolicy.parse(each)),
    budgets: ({ budgets = [] }) => budgets.map((each) => budgetPolicy.parse(each)),
  }
  const read = new Set<string>()
  for (const { document, line, language, text } of DOCUMENTS.flatMap(blocksOf)) {
    if (language !== 'json') continue
    const example = JSON.parse(text)
    const [kind, reader] = Object.entries(readers).find(([member]) => member in example) ?? []
    if (!kind || !reader) continue
    read.add(kind)
    await writeFile(file, text)
    assert.doesNotThrow(() => reader(example), `${document}:${line}`)
  }
  assert.deepEqual([...read].sort(), Object.keys(readers).sort())
})

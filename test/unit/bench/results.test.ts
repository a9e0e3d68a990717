import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { drawComparison } from '../../../bench/draw-comparison.ts'
import { keepResult } from '../../../bench/results.ts'

const ROOT = join(import.meta.dirname, '../../..')
const RESULTS = 'bench/results'
const PICTURE = join(RESULTS, 'comparison.svg')

/** A copy of what is kept, and of what shows it. */
async function copyResults(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-results-'))
  t.after(() => rm(root, { recursive: true }))
  for (const path of ['README.md', 'docs/reference/benchmark.md', RESULTS]) {
    await cp(join(ROOT, path), join(root, path), { recursive: true })
  }
  return root
}

async function contentsOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])),
  )
}

const kept = async (root: string, name: string) =>
  JSON.parse(await readFile(join(root, RESULTS, `${name}.json`), 'utf8'))

test('what is kept of a drill leaves what it did not measure byte for byte', async (t) => {
  const root = await copyResults(t)
  await appendFile(join(root, PICTURE), '<!-- drawn by another version -->')
  const before = await contentsOf(root)
  await keepResult('door', await kept(root, 'door'), root)
  assert.deepEqual(await contentsOf(root), before)
})

test('the picture is that of the comparison that is kept, the same whenever it is drawn', async (t) => {
  const root = await copyResults(t)
  const comparison = await kept(root, 'comparison')
  const before = await readFile(join(root, PICTURE), 'utf8')
  assert.equal(drawComparison(comparison.measured), before)
  await keepResult('comparison', comparison, root)
  assert.equal(await readFile(join(root, PICTURE), 'utf8'), before)
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { TRANSITIONS } from '../../src/runs/run.ts'

const ROOT = join(import.meta.dirname, '../..')
const files = globSync('{src,workers}/**/*.ts', { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}))

/** From the lowest layer to the highest; what is named later may import what is named before. */
const LAYERS = [
  ['package.json'],
  ['src/platform'],
  ['src/models', 'src/output', 'src/files', 'src/inputs', 'src/queue'],
  ['src/tasks', 'src/tenancy', 'src/totals', 'src/policies'],
  ['src/runs', 'src/transfer'],
  ['src/decisions'],
  ['src/metrics'],
  ['src/http', 'workers'],
  ['src/setting-values.ts'],
  ['src/settings.ts'],
  ['src/config.ts'],
  ['src/compose'],
  ['src/commands'],
  ['src/cli.ts'],
]

function placeOf(path: string): { layer: number; folder: string } {
  const layer = LAYERS.findIndex((places) =>
    places.some((place) => path === place || path.startsWith(`${place}/`)),
  )
  const folder = LAYERS[layer]?.find((place) => path === place || path.startsWith(`${place}/`))
  assert.ok(folder, `${path} belongs to no layer`)
  return { layer, folder }
}

/** Also what is imported later, by a call: a circle is one whenever it closes. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  const found = text.matchAll(/(?:^(?:import|export)\b[^'"]*?from |\bimport\()'(\.[^']+)'/gms)
  const specifiers = [...found].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => relative(ROOT, join(ROOT, dirname(path), specifier)))
}

test('imports go one way, and layers keep their folders apart', () => {
  for (const file of files) {
    const from = placeOf(file.path)
    for (const imported of importsOf(file)) {
      const to = placeOf(imported)
      const inward = to.layer < from.layer || to.folder === from.folder
      const root = from.layer === LAYERS.length - 1 && to.layer === from.layer
      assert.ok(inward || root, `${file.path} must not import ${imported}`)
    }
  }
})

test('no file imports itself, however many files lie between', () => {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]))
  const done = new Set<string>()
  function follow(path: string, way: readonly string[]): void {
    assert.ok(!way.includes(path), `a circle: ${[...way.slice(way.indexOf(path)), path].join(' -> ')}`)
    if (done.has(path)) return
    for (const next of imports.get(path) ?? []) follow(next, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) follow(path, [])
})

test('what only one file may do stands in that file alone', () => {
  const owners: Record<string, string[]> = {
    'process\\.env': ['src/config.ts'],
    'process\\.exit\\(': ['src/cli.ts'],
    'new Redis\\(': ['src/platform/redis/redis.ts'],
    'new (FailFast)?Cluster\\(': ['src/platform/redis/redis-cluster.ts'],
    "from '@opentelemetry/": ['src/platform/tracing/otlp-tracer.ts'],
    // Everything else is handed its streams.
    'process\\.(stdin|stdout|stderr)': ['src/cli.ts'],
    // Loaded only where traces are wanted: for everybody else they must cost nothing.
    "from '.*otlp-tracer": [],
    'new Queue[<(]': ['src/queue/janitor-queue.ts'],
    // BullMQ's own keys are spelled in one place.
    ':(wait|active|delayed|prioritized|marker|meta)\\b': ['src/queue/bullmq-keys.ts'],
    // Ids that were made elsewhere have no bits of RFC 9562: see src/platform/id-schema.ts.
    'z\\s*\\.uuid(v\\d)?\\(|\\bvalidate\\b.*from .uuid.': [],
    'z\\s*\\.guid\\(': ['src/platform/id-schema.ts'],
    'new Worker[<(]': ['src/queue/run-jobs.ts', 'workers/janitor.worker.ts'],
  }
  for (const [pattern, allowed] of Object.entries(owners)) {
    const found = files.filter(({ text }) => new RegExp(pattern).test(text.replace(/^\s*(\*|\/\/).*$/gm, '')))
    assert.deepEqual(
      found.map(({ path }) => path).filter((path) => !allowed.includes(path)),
      [],
      `${pattern} belongs to ${allowed.join(', ')}`,
    )
  }
})

test('the state diagram in the map equals the transition table', () => {
  const map = readFileSync(join(ROOT, 'src/README.md'), 'utf8')
  const diagram = /## States of a run\n\n```\n([\s\S]*?)```/.exec(map)?.[1] ?? ''
  const lines = Object.entries(TRANSITIONS).map(([from, to]) => `${from} -> ${to.join(', ') || '(end)'}\n`)
  assert.equal(diagram, lines.join(''))
})

test('no file has a name that says nothing about what is inside', () => {
  const empty = /(^|\/)(utils?|helpers?|common|misc|types|interfaces|constants|manager|base)(\/|\.ts$)/
  assert.deepEqual(
    files.map(({ path }) => path).filter((path) => empty.test(path)),
    [],
  )
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'

const CLIENT = join(import.meta.dirname, '../../../client')
const files = globSync('src/**/*.ts', { cwd: CLIENT })
const textOf = (path: string) => readFileSync(join(CLIENT, path), 'utf8')
const manifest = JSON.parse(textOf('package.json'))

/** Bytes. */
const LARGEST = 8000

test('the whole client weighs at most 8 kB, minified and compressed', (t) => {
  const { outputFiles } = buildSync({
    entryPoints: [join(CLIENT, 'src/index.ts')],
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', write: false },
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes > 1000 && bytes <= LARGEST, `${bytes} bytes`)
})

test('it depends on nothing, neither on packages nor on the server', () => {
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    assert.equal(manifest[kind], undefined)
  for (const path of files) {
    for (const [, specifier = ''] of textOf(path).matchAll(/\b(?:from|import) ?\(?'([^']+)'/g)) {
      const target = relative(join(CLIENT, 'src'), join(CLIENT, dirname(path), specifier))
      assert.ok(specifier.startsWith('.') && !target.startsWith('..'), `${path} imports ${specifier}`)
    }
  }
})

test('it has the version of the server that it is made for, and files that can be read at once', () => {
  const server = JSON.parse(readFileSync(join(CLIENT, '../package.json'), 'utf8'))
  assert.equal(manifest.version, server.version)
  const lengths = files.map((path) => textOf(path).split('\n').length).sort((a, b) => a - b)
  assert.ok((lengths[lengths.length >> 1] ?? 0) <= 80, `the median is ${lengths[lengths.length >> 1]} lines`)
  assert.ok((lengths.at(-1) ?? 0) <= 250, `the longest has ${lengths.at(-1)} lines`)
})

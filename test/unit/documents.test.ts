import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documentsWithResults } from '../../bench/results.ts'
import { describeSettings } from '../../src/config.ts'
import { REASONS } from '../../src/platform/errors.ts'
import { resultsPage } from '../sim-decisions/results.ts'
import { blocksOf, DOCUMENTS, ROOT, readDocument } from '../support/documents.ts'
import { reasonsPage } from '../support/reasons-table.ts'
import { settingsPage } from '../support/settings-table.ts'

const blocks = DOCUMENTS.flatMap(blocksOf)
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const sources = globSync('{src,workers,deploy/prometheus}/**/*.{ts,yml}', { cwd: ROOT })
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n')

/** Every match of a pattern in the documents, with the place where it stands. */
function mentions(pattern: RegExp): { found: string; where: string }[] {
  return DOCUMENTS.flatMap((document) =>
    [...readDocument(document).matchAll(pattern)].map((match) => ({
      found: match[1] ?? match[0],
      where: document,
    })),
  )
}

test('what is made from the code is up to date', async () => {
  for (const { path, current, wanted } of [
    settingsPage(),
    reasonsPage(),
    resultsPage(),
    ...(await documentsWithResults()),
  ])
    assert.equal(current, wanted, `${path} is not up to date: run \`npm run docs\``)
})

test('the README can be read in some minutes, and has the two commands', () => {
  const readme = readDocument('README.md')
  assert.ok(readme.split('\n').length <= 151, 'at most 150 lines')
  for (const command of ['npm install && npm start', 'npm install && npm test'])
    assert.ok(readme.includes(command), command)
})

test('every fence says what it holds', () => {
  for (const { document, line, language } of blocks)
    assert.ok(
      ['sh', 'json', 'yaml', 'text', 'ts'].includes(language),
      `${document}:${line}: ${language || 'none'}`,
    )
})

test('few shell blocks are not run, each with its reason', (t) => {
  const notRun = blocks.filter((block) => block.notRun !== null)
  for (const { document, line, notRun: reason } of notRun) t.diagnostic(`${document}:${line}: ${reason}`)
  assert.ok(notRun.every(({ language }) => language === 'sh'))
  assert.ok(notRun.length <= MOST_NOT_RUN, `${notRun.length} blocks are not run`)
})

test('every block of JSON is JSON', () => {
  for (const { document, line, language, text } of blocks) {
    if (language === 'json') assert.doesNotThrow(() => JSON.parse(text), `${document}:${line}`)
  }
})

test('settings, reasons, scripts and series that the documents name are there', () => {
  const settings = new Set(describeSettings().map(({ name }) => name))
  const known: [RegExp, (name: string) => boolean][] = [
    [/\b(?:SPLITRUN|OTEL)_(?!TEST_)[A-Z_]*[A-Z]\b(?!_?\*)/g, (name) => settings.has(name)],
    [/npm run (?:-s |--silent )?([a-z:]+)/g, (name) => name in manifest.scripts],
    [/\b(?:splitrun|gen_ai_client|http_server)_[a-z_]+(?=`)/g, (name) => sources.includes(name)],
    [/\b[45]\d\d `([A-Z]+(?:_[A-Z]+)+)`/g, (name) => name in REASONS],
  ]
  for (const [pattern, isThere] of known) {
    const found = mentions(pattern)
    assert.ok(found.length > 0, `${pattern} finds nothing`)
    for (const { found: name, where } of found) assert.ok(isThere(name), `${where} names ${name}`)
  }
})

test('every page for those who use or operate it is in the table of contents', () => {
  const contents = readDocument('docs/README.md')
  for (const document of DOCUMENTS.filter((each) => /^docs\/(guides|reference)\//.test(each)))
    assert.ok(contents.includes(`](${document.slice('docs/'.length)})`), document)
})

test('every library is in the list of what each is for, and none that is gone', () => {
  const listed = [...readDocument('docs/decisions/libraries.md').matchAll(/^\| (`.*?) \|/gm)]
    .flatMap(([, names = '']) => [...names.matchAll(/`([^`]+)`/g)])
    .map(([, name = '']) => name)
  const used = ['.', 'client', 'console'].flatMap((folder) => {
    const own = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
    return Object.keys({ ...own.dependencies, ...own.devDependencies })
  })
  const fits = (entry: string, name: string) =>
    entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : name === entry
  for (const name of used.filter((each) => !each.startsWith('@types/')))
    assert.ok(
      listed.some((entry) => fits(entry, name)),
      `${name} is not listed`,
    )
  for (const entry of listed)
    assert.ok(
      used.some((name) => fits(entry, name)),
      `${entry} is not used`,
    )
})

/** An install, a deployment, a model of one's own, a measurement: what a test cannot do, or must not. */
const MOST_NOT_RUN = 11

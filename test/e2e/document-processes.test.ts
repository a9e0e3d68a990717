import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  createDocumentProcesses,
  type DocumentProcessesOptions,
  UnreadableDocument,
} from '../../src/files/document/document-processes.ts'
import { docxOf, pdfOf, xlsxOf, xlsxParts, zipOf } from '../support/made-documents.ts'
import { descendantsOf } from '../support/processes.ts'
import { until } from '../support/system.ts'

const MB = 1_000_000
const MEMORY = 400 * MB
function open(t: TestContext, options: Partial<DocumentProcessesOptions> = {}) {
  const processes = createDocumentProcesses({
    ...{ most: 1, memory: MEMORY, timeoutMs: 60_000, pagesMax: 500, textMax: 2 * MB, inflatedMax: 200 * MB },
    ...{ pdfPagesMax: 500, outputFileMax: 20 * MB, pdfFonts: [] },
    ...options,
  })
  t.after(() => processes.close())
  return processes
}

const readers = (): number[] =>
  descendantsOf(process.pid)
    .filter(({ command }) => command.includes('document-process'))
    .map(({ pid }) => pid)

test('texts are taken out of documents of every format', async (t) => {
  const documents = open(t)
  assert.equal(
    await documents.extract(pdfOf('First page', 'Second page'), 'pdf'),
    'First page\n\nSecond page',
  )
  assert.equal(await documents.extract(docxOf('Dear all', 'Grüße'), 'docx'), 'Dear all\n\nGrüße')
  const workbook = xlsxOf([
    ['name', 'price'],
    ['a "b", c', 1.5],
  ])
  assert.equal(await documents.extract(workbook, 'xlsx'), '## Prices\n\nname,price\n"a ""b"", c",1.5')
  const table = Buffer.from('name;price\r\nKäse;1,5\r\n', 'latin1')
  assert.equal(await documents.extract(table, 'csv'), 'name,price\nKäse,"1,5"')
  const page =
    '<html><head><title>News</title></head><body><h1>Hi</h1><p>A <b>word</b></p><script>x</script></body></html>'
  assert.match(await documents.extract(Buffer.from(page), 'html'), /^# News\n\n[\s\S]*A \*\*word\*\*/)
  assert.equal(await documents.extract(Buffer.from('\ufeffplain', 'utf16le'), 'txt'), 'plain')
})

test('a workbook of several large sheets is read, again and again by one process', async (t) => {
  const documents = open(t)
  const cells = (row: number) =>
    'ABCDEF'.replaceAll(/./g, (column) => `<c r="${column}${row}"><v>${row}</v></c>`)
  const rows = Array.from({ length: 6000 }, (_, at) => `<row r="${at + 1}">${cells(at + 1)}</row>`).join('')
  const workbook = zipOf(xlsxParts(rows, rows, rows))
  const texts = new Set<string>()
  for (let time = 0; time < 3; time += 1) texts.add(await documents.extract(workbook, 'xlsx'))
  assert.equal(texts.size, 1)
  assert.match([...texts].join(), /^## Prices\n\n1,1,1[\s\S]+\n6000,6000,[\s\S]+## Sheet 3\n\n1,1,1/)
})

test('limits hold at their edges', async (t) => {
  const documents = open(t, { pagesMax: 2, textMax: 10 })
  const tooLarge = (error: unknown) =>
    error instanceof UnreadableDocument && error.reason === 'DOCUMENT_TOO_LARGE'
  assert.equal(await documents.extract(pdfOf('a', 'b'), 'pdf'), 'a\n\nb')
  await assert.rejects(documents.extract(pdfOf('a', 'b', 'c'), 'pdf'), tooLarge)
  assert.equal(await documents.extract(Buffer.from('x'.repeat(10)), 'txt'), 'x'.repeat(10))
  for (const format of ['txt', 'csv', 'html'] as const)
    await assert.rejects(documents.extract(Buffer.from('x'.repeat(11)), format), tooLarge)
  const late = open(t, { timeoutMs: 1 })
  await assert.rejects(late.extract(pdfOf('a'), 'pdf'), tooLarge)
})

test('a cancel reaches a document that is being read, and leaves no process', async (t) => {
  const documents = open(t)
  const stopping = new AbortController()
  const by = { owner: 'p', signal: stopping.signal }
  const reading = documents.extract(pdfOf(...Array.from({ length: 400 }, () => 'x')), 'pdf', by)
  const queued = documents.extract(Buffer.from('x'), 'txt', by)
  await until(() => readers().length > 0)
  const cancelled = (error: unknown) => error === 'cancelled'
  const ends = Promise.all([assert.rejects(reading, cancelled), assert.rejects(queued, cancelled)])
  stopping.abort('cancelled')
  await ends
  await until(() => readers().length === 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentExtension } from '../../../src/files/document/document-format.ts'
import { extractDocument } from '../../../src/files/document/extract-document.ts'
import { TooLarge } from '../../../src/files/document/extraction-limits.ts'
import { docxParts, xlsxParts, zipOf } from '../../support/made-documents.ts'

const LIMITS = { pagesMax: 500, textMax: 2_000_000, inflatedMax: 50_000_000 }

const textOf = (bytes: Buffer | string, extension: DocumentExtension) =>
  extractDocument(Buffer.from(bytes), extension, LIMITS)

const page = (body: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"></head><body>${body}</body></html>`

const PRICES = ['| Name | Price | Note |', '| --- | --- | --- |']

test('a table of a page keeps its values below their headings, empty and merged cells too', async () => {
  const found = await textOf(
    page(`<h1>Offer</h1><p>Of May.</p><table><caption>Prices</caption>
      <thead><tr><th>Name</th><th>Price</th><th>Note</th></tr></thead>
      <tr><td>Tea</td><td></td><td>a | b</td></tr>
      <tr><td rowspan="2">Mate</td><td>4</td><td><p>two</p><p>lines</p></td></tr>
      <tr><td>5</td></tr>
      <tr><td colspan="2">Sum</td><td>9</td></tr></table>`),
    'html',
  )
  const table = [
    ...['Prices', '', ...PRICES, '| Tea |  | a \\| b |', '| Mate | 4 | two<br>lines |'],
    ...['|  | 5 |  |', '| Sum |  | 9 |'],
  ]
  assert.ok(found.endsWith(table.join('\n')), found)
})

test('what only lays out a page is read cell by cell', async () => {
  const inner = '<table><tr><td>Name</td><td>Tea</td></tr></table>'
  const found = await textOf(page(`<table><tr><td>Left</td><td>${inner}</td></tr></table>`), 'html')
  assert.match(found, /^Left\n+\| Name \| Tea \|\n\| --- \| --- \|$/)
  assert.equal(
    await textOf(page('<table><tr><td>One</td></tr><tr><td>Two</td></tr></table>'), 'html'),
    'One\n\nTwo',
  )
})

test('a few cells that claim to be many make no more than is read', async () => {
  const row = `<tr>${'<td colspan="1000" rowspan="1000">x</td>'.repeat(100)}</tr>`
  await assert.rejects(textOf(page(`<table>${row.repeat(100)}</table>`), 'html'), TooLarge)
})

test('the same holds for all tables of a page together', async () => {
  const rows = '<tr><td colspan="999">x</td><td>y</td></tr>'.repeat(250)
  const read = (tables: number) =>
    extractDocument(Buffer.from(page(`<table>${rows}</table>`.repeat(tables))), 'html', {
      ...LIMITS,
      textMax: 100_000_000,
    })
  await read(1)
  await assert.rejects(read(3), TooLarge)
})

test('a cell that spans more columns than there are makes none', async () => {
  const head = '<tr><th>Name</th><th>Price</th></tr>'
  const body = '<tr><td colspan="100%">Hot</td></tr><tr><form><td>Tea</td><td>4</td></form></tr>'
  const found = await textOf(page(`<table>${head}${body}</table>`), 'html')
  assert.equal(found, '| Name | Price |\n| --- | --- |\n| Hot |  |\n| Tea | 4 |')
})

test('a table of a Word document is a table', async () => {
  const cell = (text: string) => `<w:tc><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:tc>`
  const rows = [
    ['Name', 'Price', 'Note'],
    ['Tea', '', 'dear'],
  ].map((cells) => `<w:tr>${cells.map(cell).join('')}</w:tr>`)
  const bytes = zipOf(docxParts(`<w:tbl>${rows.join('')}</w:tbl>`))
  assert.equal(await textOf(bytes, 'docx'), [...PRICES, '| Tea |  | dear |'].join('\n'))
})

test('fields of a Word document and what is written from right to left are part of its text', async () => {
  const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`
  const body = `<w:p>${run('Table ')}<w:fldSimple w:instr=" IF 2 > 1 SEQ 'Table' ">${run('7')}</w:fldSimple></w:p>
    <w:p>${run('Dear ')}<w:fldSimple w:instr="MERGEFIELD Name"><w:fldData>AAAA</w:fldData>${run('Zoë')}</w:fldSimple></w:p>
    <w:p><w:dir w:val="rtl">${run('שלום')}</w:dir><w:bdo w:val="ltr">${run(' and on')}</w:bdo></w:p>`
  assert.equal(await textOf(zipOf(docxParts(body)), 'docx'), 'Table 7\n\nDear Zoë\n\nשלום and on')
})

/** Formats: a date, a date with its time, a time of day, hours beyond a day. */
const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1">
  <numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5">
  <xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="164"/></cellXfs></styleSheet>`

/** A workbook with these values in these formats. */
function workbook(cells: readonly (readonly [format: number, value: number])[]): Buffer {
  const row = cells.map(([format, value], at) => {
    const place = `${String.fromCharCode(65 + at)}1`
    return `<c r="${place}" s="${format}"><v>${value}</v></c>`
  })
  const parts = xlsxParts(`<row r="1">${row.join('')}</row>`)
  const links = 'xl/_rels/workbook.xml.rels'
  const link =
    '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
  return zipOf({
    ...parts,
    [links]: String(parts[links]).replace('</Relationships>', `${link}</Relationships>`),
    'xl/styles.xml': STYLES,
  })
}

test('dates and times of a workbook are what its sheet shows', async () => {
  const found = await textOf(
    workbook([
      ...([
        [1, 46_356],
        [2, 46_356.770833333],
        [3, 0.5],
        [3, 0.770833333],
        [4, 1.5],
        [4, 7.222222222],
        [0, 0.5],
      ] as const),
    ]),
    'xlsx',
  )
  assert.equal(found, '## Prices\n\n2026-11-30,2026-11-30T18:30:00,12:00:00,18:30:00,36:00:00,173:20:00,0.5')
})

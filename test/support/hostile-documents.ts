import { deflateSync } from 'node:zlib'
import type { DocumentExtension } from '../../src/files/document/document-format.ts'
import {
  docxOf,
  docxParts,
  pdfOf,
  pdfOfObjects,
  pdfWithStream,
  xlsxOf,
  xlsxParts,
  zipOf,
} from './made-documents.ts'

export interface HostileDocument {
  readonly name: string
  readonly format: DocumentExtension
  readonly bytes: Buffer
}

const MB = 1_000_000
const nested = (open: string, depth: number, inside: string, close: string) =>
  open.repeat(depth) + inside + close.repeat(depth)
const pdf = (name: string, bytes: Buffer): HostileDocument => ({ name, format: 'pdf', bytes })
const docx = (name: string, bytes: Buffer): HostileDocument => ({ name, format: 'docx', bytes })
const xlsx = (name: string, bytes: Buffer): HostileDocument => ({ name, format: 'xlsx', bytes })
const html = (name: string, text: string): HostileDocument => ({
  name,
  format: 'html',
  bytes: Buffer.from(text),
})
const csv = (name: string, text: string): HostileDocument => ({
  name,
  format: 'csv',
  bytes: Buffer.from(text),
})

const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>'
const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

/** Documents that nobody wrote with good intent: each must end in a text or a reason, within the limits. */
export function hostileDocuments(): HostileDocument[] {
  const long = 'x'.repeat(30 * MB)
  return [
    pdf('nothing but its mark', Buffer.from('%PDF-1.7\n')),
    pdf('cut in the middle', pdfOf('hello').subarray(0, 300)),
    pdf('of zeros', Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(MB)])),
    pdf('of 10,000 pages', pdfOf(...Array.from({ length: 10_000 }, () => 'x'))),
    pdf(
      'that claims a billion pages',
      pdfOfObjects([CATALOG, '<< /Type /Pages /Kids [] /Count 1000000000 >>']),
    ),
    pdf(
      'whose pages are their own parents',
      pdfOfObjects([CATALOG, '<< /Type /Pages /Kids [2 0 R] /Count 3 >>']),
    ),
    pdf(
      'whose references loop',
      pdfOfObjects([CATALOG, '<< /Type /Pages /Kids 3 0 R /Count 4 0 R >>', '4 0 R', '3 0 R']),
    ),
    pdf(
      'whose xref goes back to itself',
      Buffer.from(
        '%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n',
      ),
    ),
    pdf('nested 200,000 deep', pdfOfObjects([CATALOG, nested('[', 200_000, '1', ']')])),
    pdf('whose page inflates to 300 MB', pdfWithStream(deflateSync(Buffer.alloc(300 * MB, 'BT (x) Tj ET ')))),
    pdf(
      'that inflates twice',
      pdfWithStream(deflateSync(deflateSync(Buffer.alloc(100 * MB))), '[/FlateDecode /FlateDecode]'),
    ),
    pdf(
      'with a password',
      pdfOfObjects(
        [
          CATALOG,
          '<< /Type /Pages /Kids [] /Count 0 >>',
          `<< /Filter /Standard /V 1 /R 2 /P -4 /O (${'o'.repeat(32)}) /U (${'u'.repeat(32)}) >>`,
        ],
        '/Encrypt 3 0 R /ID [(a) (a)] ',
      ),
    ),
    pdf('without a page', pdfOfObjects([CATALOG, '<< /Type /Pages /Kids [] /Count 0 >>'])),
    pdf('a scan, without a text', pdfOf('')),
    docx(
      'that claims to inflate to 4 GB',
      zipOf(docxParts(paragraph('x')), { 'word/document.xml': 4_000_000_000 }),
    ),
    docx(
      'whose text inflates to 300 MB and claims 1 kB',
      zipOf(docxParts(paragraph('x'.repeat(300 * MB))), { 'word/document.xml': 1000 }),
    ),
    docx(
      'nested 50,000 deep',
      zipOf(docxParts(nested('<w:sdt><w:sdtContent>', 50_000, paragraph('x'), '</w:sdtContent></w:sdt>'))),
    ),
    docx(
      'with a laugh of a billion entities',
      zipOf({
        ...docxParts(''),
        'word/document.xml': `<!DOCTYPE x [${Array.from({ length: 12 }, (_, at) => `<!ENTITY a${at} "${at === 0 ? 'ha' : `&a${at - 1};`.repeat(10)}">`).join('')}]><x>&a11;</x>`,
      }),
    ),
    docx(
      'that reads a file of the server',
      zipOf({
        ...docxParts(''),
        'word/document.xml': '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
      }),
    ),
    docx(
      'whose parts lie outside',
      zipOf({
        ...docxParts(''),
        '_rels/.rels':
          docxParts('')['_rels/.rels']?.replace('word/document.xml', '../../../etc/passwd') ?? '',
      }),
    ),
    docx('without a body', zipOf({ 'word/document.xml': '<w:document/>' })),
    docx(
      'cut in its first part',
      Buffer.concat([docxOf('x').subarray(0, 60), zipOf({ 'word/document.xml': 'x' })]),
    ),
    docx('of 2 million paragraphs', zipOf(docxParts(paragraph('x').repeat(2 * MB)))),
    xlsx('with a cell far away', zipOf(xlsxParts('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))),
    xlsx(
      'with cells that are far away beyond all',
      zipOf(xlsxParts('<row r="999999999"><c r="ZZZZZZ999999999"><v>1</v></c></row>')),
    ),
    xlsx('of 1 million rows', zipOf(xlsxParts('<row><c><v>1</v></c></row>'.repeat(MB)))),
    xlsx('without a sheet', zipOf({ 'xl/workbook.xml': '<workbook/>' })),
    xlsx('with a text of 30 MB', xlsxOf([[long]])),
    html('nested 100,000 deep', `<html><body>${nested('<div>', 100_000, 'x', '</div>')}</body></html>`),
    html('of 1 million elements', `<html><body>${'<p>x</p>'.repeat(MB)}</body></html>`),
    html('with nothing to read', '<html><body><script>alert(1)</script></body></html>'),
    html('with an attribute of 30 MB', `<html><body><p title="${long}">x</p></body></html>`),
    html('that is never closed', `<html><body>${'<table><tr><td><a href="'.repeat(20_000)}`),
    csv('with a quote that never ends', `a,b\n1,"${long}`),
    csv('of 10 million commas', `a,b\n${','.repeat(10 * MB)}`),
    csv('of 30 MB', `a,b\n${'1,2\n'.repeat(7 * MB)}`),
    { name: 'a text of 30 MB', format: 'txt', bytes: Buffer.from(long) },
  ]
}

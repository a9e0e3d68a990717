import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delimiterOf, sniffDocument } from '../../../src/files/document/sniff-document.ts'
import { docxOf, pdfOf, xlsxOf, zipOf } from '../../support/made-documents.ts'
import { red } from '../../support/pictures.ts'

const utf16 = (text: string, big = false): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return big ? bytes.swap16() : bytes
}

test('documents are known by their bytes', async () => {
  const png = await red(8, 8).png().toBuffer()
  const cases: [string | null, Buffer | string][] = [
    ['pdf', pdfOf('x')],
    ['pdf', Buffer.concat([Buffer.from('junk before\n'), pdfOf('x')])],
    ['docx', docxOf('x')],
    ['xlsx', xlsxOf([['x']])],
    [null, zipOf({ 'a.txt': 'x' })],
    [null, docxOf('x').subarray(0, 100)],
    [null, png],
    [null, ''],
    [null, Buffer.from([1, 2, 3])],
    [null, '{\\rtf1 hello}'],
    ['html', '<!DOCTYPE html><p>x'],
    ['html', '\ufeff\n <?xml version="1.0"?> <!-- a --> <!-- <b> --> <HTML lang="en">'],
    ['txt', '<svg xmlns="x"></svg>'],
    ['txt', '<htmlish>'],
    ['txt', '{"a": 1}'],
    ['txt', 'one line, with a comma'],
    ['txt', Buffer.from('Grüße', 'latin1')],
    ['txt', utf16('Grüße')],
    ['txt', utf16('Grüße', true)],
    ['csv', 'a,b\n1,2\n'],
    ['csv', 'a;b\r\n"1;\n""2";3\r\n\r\n'],
    ['csv', 'a\tb\n1\t2'],
    ['csv', utf16('a,b\n1,2')],
    ['txt', 'a,b\n1\n'],
    ['txt', 'Dear all,\nplease send tea, milk, sugar.\n'],
  ]
  for (const [format, bytes] of cases) {
    assert.equal(sniffDocument(Buffer.from(bytes)), format, String(bytes).slice(0, 60))
  }
})

test('what is looked at costs no more than its length, however it is made', () => {
  const hostile = ['<!---->', '<!--', '"', '""', '"a",', '","', '<?xml', ',;\t|', ' ', '\n']
  for (const piece of hostile) {
    for (const end of ['', '"', '<html', '-->']) {
      const text = piece.repeat(200_000 / piece.length) + end
      // That it returns at all is the test: a pattern that tries every way would not within the test's own time.
      sniffDocument(Buffer.from(text))
      delimiterOf(text)
    }
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeDocument } from '../../../src/files/document/decode-document.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

test('texts are read as they are written, or as they say that they are', () => {
  const page = (charset: string) => latin1(`<html><meta ${charset}><p>\xcf\xf0\xe8\xe2\xe5\xf2`)
  const CASES: [bytes: Buffer, text: RegExp | null][] = [
    [Buffer.from('Grüße'), /^Grüße$/],
    [latin1('Gr\xfc\xdfe'), /^Grüße$/],
    [Buffer.from('\ufeffGrüße', 'utf16le'), /^Grüße$/],
    [page('charset=windows-1251'), /Привет/],
    [page('charset = "WINDOWS-1251"'), /Привет/],
    [page('http-equiv="Content-Type" content="text/html; charset=windows-1251"'), /Привет/],
    [latin1('<?xml version="1.0" encoding="windows-1251"?><p>\xcf\xf0\xe8\xe2\xe5\xf2'), /Привет/],
    [latin1('<meta charset="shift_jis"><p>\x93\xfa\x96\x7b'), /日本/],
    // What nobody knows, and what is no declaration, changes nothing.
    [page('charset=klingon'), /Ïðèâåò/],
    [page(`${'x'.repeat(600)}charset=windows-1251`), /Ïðèâåò/],
    [latin1('charset=windows-1251 \xcf'), /Ï/],
    // What is UTF-8 is that, whatever it says.
    [Buffer.from('<meta charset="windows-1251"><p>Привет'), /Привет/],
    [Buffer.from([0, 1, 2, 3]), null],
    [Buffer.alloc(0), null],
  ]
  for (const [bytes, text] of CASES) {
    const read = decodeDocument(bytes)
    if (text === null) assert.equal(read, null)
    else assert.match(read ?? '', text)
  }
})

test('a long beginning is looked at once', () => {
  const long = latin1(`${'<meta '.repeat(2_000_000)}\xff`)
  assert.equal(decodeDocument(long)?.length, long.length)
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { csvText, withoutFormulas } from '../../../../src/output/table/csv-text.ts'
import fc from '../../../support/fast-check.ts'

const FORMULAS = [
  '=1+1',
  '=HYPERLINK("http://x","y")',
  '+1+1|cmd',
  "-2+3+cmd|' /C calc'!A0",
  '@SUM(A1)',
  ' =1+1',
  '\t=1+1',
  '\r\n=1+1',
  '\u00a0=1',
  '\ufeff=1',
  '\u200b@x',
  '\u0000=1',
  '\uff1d1+1',
  '\uff0b1',
  '\uff0d1',
  '\uff20x',
  '-',
  '=',
  '--1',
  '+49 (30) x',
]
/** Another program may separate by something else than commas, and take the quotes for text. */
const HIDDEN = ['a;=1', 'a;\t =1', 'x\n=1', 'x\r+1', 'a\t@x', ';=1', 'a; ;-x']
const HARMLESS = [
  ...['', 'tea', '1', '-5', '+3.5', '-1.5e-3', '12 %', '+49 30 123', '-1,234.5', 'a=b', 'a - b', 'x@y.z'],
  ...["'=1", '"=1"', '1-2', '(=1)', 'a,=1', '2026-01-01'],
]

describe('cells of tables', () => {
  test('no formula is left where a spreadsheet would see one', () => {
    for (const text of FORMULAS)
      assert.match(withoutFormulas(text), /^[^=+\-@＝＋－＠]*'/, JSON.stringify(text))
    for (const text of HIDDEN) assert.match(withoutFormulas(text), /'[=+\-@]/, JSON.stringify(text))
    for (const text of HARMLESS) assert.equal(withoutFormulas(text), text)
  })

  test('whatever the cells are, each comes back from its place, and none computes', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@;,"'\t\r\n a1]{0,12}$/))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const read = parse(csvText([['a', 'b', 'c'], ...rows]), {
          record_delimiter: '\r\n',
        }) as unknown as string[][]
        assert.deepEqual(
          read.slice(1),
          rows.map((row) => row.map(withoutFormulas)),
        )
        for (const text of read.slice(1).flat()) {
          const seen = text.replace(/^[\s\p{Cf}\p{Cc}]+/u, '')
          assert.ok(
            !/^[=+\-@＝＋－＠]/.test(seen) || /^[+-]\d[\d .,]*(e[+-]?\d+)?%?$/i.test(seen),
            JSON.stringify(text),
          )
        }
      }),
    )
  })

  test('a text is looked at once, however it is made', () => {
    const long = `${' \t\n'.repeat(300_000)}x`
    assert.equal(withoutFormulas(`=${long}`).length, long.length + 2)
    assert.equal(withoutFormulas(`${long}=`).length, long.length + 1)
  })

  test('objects and lists are JSON, and null is empty', () => {
    assert.equal(
      csvText([[{ a: 1 }, ['=x'], null, true, -1.5, undefined]]),
      '"{""a"":1}","[""=x""]",,true,-1.5,\r\n',
    )
  })
})

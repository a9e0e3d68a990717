import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileOutput } from '../../../../src/output/compile-output.ts'
import { readTable } from '../../../../src/output/table/read-table.ts'
import { formatOfRows, tableOf } from '../../../../src/output/table/table-format.ts'

describe('tables that models write', () => {
  const READ: [written: string, text: string, repaired: boolean][] = [
    ['a,b\n1,2\n', 'a,b\r\n1,2\r\n', false],
    ['a,b\r\n1,"x, y"\r\n\r\n', 'a,b\r\n1,"x, y"\r\n', false],
    ['\ufeffa,b\n1,2', 'a,b\r\n1,2\r\n', false],
    ['```csv\na,b\n1,2\n```', 'a,b\r\n1,2\r\n', true],
    ['Here it is:\n```\na,b\n1,2\n```\nDone.', 'a,b\r\n1,2\r\n', true],
    ['a;b\n1,5;2', 'a,b\r\n"1,5",2\r\n', true],
    ['a\tb\n1\t2', 'a,b\r\n1,2\r\n', true],
    ['\n\na;b\n1;2', 'a,b\r\n1,2\r\n', true],
    ['"Name, first";Age\n"x, y";3', '"Name, first",Age\r\n"x, y",3\r\n', true],
    ['"a;""b""";c\n1;2', '"a;""b""",c\r\n1,2\r\n', true],
    ['a|b\n1|2', 'a,b\r\n1,2\r\n', true],
    ['| a | b |\n|---|:-:|\n| 1 | x, y |\n', 'a,b\r\n1,"x, y"\r\n', true],
    [
      'Here it is:\n\n| a | b |\n| :-- | --: |\n| 1 |  |\n| x \\| y | =2 |\n\nDone.',
      `a,b\r\n1,\r\nx | y,"'=2"\r\n`,
      true,
    ],
    ['a | b\n--|--\n1 | 2', 'a,b\r\n1,2\r\n', true],
    ['```markdown\n| a |\n|---|\n| 1 |\n```', 'a\r\n1\r\n', true],
    ['n,t\nx,"| a | b |\n|---|---|\n| 1 | 2 |"', 'n,t\r\nx,"| a | b |\n|---|---|\n| 1 | 2 |"\r\n', false],
    ['It is "good":\n| a | b |\n|---|---|\n| "1" | 5" |', 'a,b\r\n"""1""","5"""\r\n', true],
    ['a,b\n--|--,2', `a,b\r\n"'--|--",2\r\n`, false],
    ['name\ntea\ncoffee', 'name\r\ntea\r\ncoffee\r\n', false],
    ['a,b\n=1+1,-3', 'a,b\r\n"\'=1+1",-3\r\n', false],
  ]
  for (const [written, text, repaired] of READ) {
    test(JSON.stringify(written), () => assert.deepEqual(readTable(written), { text, repaired }))
  }

  const REFUSED: [written: string, problem: RegExp, truncated: boolean][] = [
    ['Sorry, no.\nI cannot do this', /number of values in line 2/, false],
    ['no', /neither two lines nor two columns/, false],
    ['', /neither/, false],
    ['| a | b |\n|---|---|\n| 1 |', /row 2/, false],
    ['| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |', /more than one table/, false],
    ['a,b\n1,2,3', /number of values in line 2/, false],
    ['a,b\n1,"x', /ends within quotes/, true],
    ['a,b\n1,x"y"', /quotes in the middle/, false],
    ['```\na,b\n```\n```\nc,d\n```', /number of values|middle|neither/, false],
  ]
  for (const [written, problem, truncated] of REFUSED) {
    test(`refused: ${JSON.stringify(written)}`, () => {
      const read = readTable(written)
      assert.ok('problem' in read)
      assert.match(read.problem, problem)
      assert.equal(read.truncated, truncated)
    })
  }

  test('a line of much space after what looks like a rule takes no longer than it is long', () => {
    // In a time that grows with its square it would take many minutes.
    const read = readTable(`a|b\n|-${' '.repeat(1_000_000)}x`)
    assert.ok('text' in read)
  })

  test('a table whose rows have a format has its keys as columns, in their order', () => {
    const row = { name: 'string', price: 'number', tags: 'list' } as const
    const checked = compileOutput(formatOfRows(row)).check({
      rows: [
        { tags: ['x'], price: 1.5, name: '=tea' },
        { name: 'a', price: -2, tags: [] },
      ],
    })
    assert.ok(checked.ok)
    assert.equal(tableOf(row, checked.value), 'name,price,tags\r\n"\'=tea",1.5,"[""x""]"\r\na,-2,[]\r\n')
    const empty = compileOutput(formatOfRows(row)).check({ rows: [] })
    assert.ok(empty.ok)
    assert.equal(tableOf(row, empty.value), 'name,price,tags\r\n')
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CommanderError } from 'commander'
import { createBenchCommand, refuseMeaningless } from '../../../bench/options.ts'

/** What the command says of these arguments before it does anything; null when it takes them. */
function refusalOf(args: readonly string[]): string | null {
  let said = ''
  const command = createBenchCommand().exitOverride()
  command.configureOutput({
    writeErr: (text) => {
      said += text
    },
  })
  try {
    refuseMeaningless(command.parse(args, { from: 'user' }))
  } catch (error) {
    if (error instanceof CommanderError) return said
    throw error
  }
  return null
}

describe('a benchmark that is used wrongly says so in a sentence', () => {
  for (const [name, args, hint] of [
    ['an option that there is not', ['--quik'], /Did you mean --quick\?/],
    ['a drill that there is not', ['--drill', 'scal'], /Did you mean scale\?/],
    ['an option that means nothing beside another', ['--drill', 'cold', '--passes', '2'], /'--passes'/],
    ['parts of a drill that has none', ['--drill', 'cold', '--parts', 'cost'], /'--drill live'/],
    ['quick without a drill', ['--quick'], /'--quick' is an option of '--drill'/],
    ['a folder that is no checkout', ['--against', 'bench'], /no checkout of Splitrun/],
  ] as const) {
    test(name, () => assert.match(refusalOf(args) ?? 'it is taken', hint))
  }
  test('and one that is used well is taken', () => {
    for (const args of [[], ['--drill', 'cold,scale', '--quick'], ['--passes', '2', '--write']])
      assert.equal(refusalOf(args), null)
  })
})

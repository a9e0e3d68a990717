import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { compileOutput } from '../../src/output/compile-output.ts'
import { validateOutput } from '../../src/output/validate-output.ts'
import { formatOf } from './format-of.ts'

/** A text of a model, and the object that a suite expects to be read from it. */
interface Case {
  readonly text: string
  readonly expected: object
}

const LONGEST = 1_000_000

/**
 * Reads the cases of a suite, each with the format of the value that is expected, and counts: read as expected, read as
 * something else, refused, and of those how many for being cut short. A value that no output_format describes is skipped.
 */
function measure(cases: readonly Case[]) {
  const counts = { expected: 0, different: 0, refused: 0, cutShort: 0, skipped: 0 }
  for (const { text, expected } of cases) {
    const format = formatOf(expected)
    if (!format) {
      counts.skipped += 1
      continue
    }
    const read = validateOutput(compileOutput(format), text, LONGEST)
    if (read.check === 'invalid') {
      counts.refused += 1
      if (read.truncated) counts.cutShort += 1
    } else if (isDeepStrictEqual(read.value, expected)) counts.expected += 1
    else counts.different += 1
  }
  return counts
}

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write('usage: node test/repair-suites/cli.ts CASES.json ...\n')
  process.exitCode = 2
}
for (const file of files) {
  const { expected, different, refused, cutShort, skipped } = measure(
    JSON.parse(readFileSync(file, 'utf8')) as Case[],
  )
  const all = expected + different + refused
  const share = all > 0 ? Math.round((expected / all) * 100) : 0
  process.stdout.write(
    `${file}: ${expected} of ${all} as expected (${share} %), ${different} as something else, ` +
      `${refused} refused, ${cutShort} of them as cut short; ${skipped} skipped\n`,
  )
}

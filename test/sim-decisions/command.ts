import { writeFileSync } from 'node:fs'
import { DONE, FAILED, npmCommand, runCommand, wholeAtLeast } from '../support/npm-command.ts'
import { lineOf, RESULTS, resultsPage } from './results.ts'
import { simulate } from './simulate.ts'

interface Options {
  readonly repetitions: number
  readonly seed: number
  readonly save: boolean
}

const command = npmCommand('sim:decisions')
  .description(
    'Simulates what the statistics of `src/decisions` promise, on that very code: false verdicts, missed intervals, runs\n' +
      'until a difference is found, alarms, sticky keys, rollouts. Exits with 0 when every figure holds; else with 1.',
  )
  .option('--repetitions <n>', 'of every figure', wholeAtLeast(20), 2000)
  .option('--seed <n>', 'the same figures again', wholeAtLeast(1), 18)
  .option('--save', 'writes the figures into the documents', false)

await runCommand<Options>(command, async ({ repetitions, seed, save }) => {
  const figures = simulate({ repetitions, seed }, (name) => process.stderr.write(`${name}\n`))
  for (const figure of figures) process.stdout.write(`${lineOf(figure)}\n`)
  if (save) {
    writeFileSync(RESULTS, `${JSON.stringify({ repetitions, seed, figures }, null, 2)}\n`)
    const { path, wanted } = resultsPage()
    writeFileSync(path, wanted)
  }
  return figures.some(({ holds }) => holds === false) ? FAILED : DONE
})

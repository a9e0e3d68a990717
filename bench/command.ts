import { DONE, FAILED, runCommand } from '../test/support/npm-command.ts'
import { compareSubjects } from './compare.ts'
import { comparisonTable, processesTable, summarise } from './comparison.ts'
import { DRILL_NAMES } from './drill.ts'
import { describeMachine, machineLine } from './machine.ts'
import { type BenchOptions, createBenchCommand, refuseMeaningless } from './options.ts'
import { measurePair } from './pair.ts'
import { commandsTable, pairTable } from './pair-tables.ts'
import { startBenchRedis } from './redis.ts'
import { keepResult } from './results.ts'
import { runDrills } from './run-drills.ts'
import { tableAsText } from './table.ts'
import { loadWithWrk } from './wrk.ts'

const began = performance.now()
function say(text: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`)
}

const command = createBenchCommand()

await runCommand<BenchOptions>(command, async (options) => {
  refuseMeaningless(command)
  const redis = await startBenchRedis()
  await redis.stop()
  const machine = describeMachine(redis.version)
  process.stderr.write(`${machineLine(machine)}\n`)
  const print = (text: string) => void (options.json || process.stdout.write(`${text}\n`))
  const printJson = (found: object) =>
    void (options.json && process.stdout.write(`${JSON.stringify({ machine, ...found }, null, 2)}\n`))

  const { passes, amount, against, write = false } = options
  if (options.drill) {
    const chosen = DRILL_NAMES.filter((name) =>
      options.drill?.some((each) => each === 'all' || each === name),
    )
    const { parts, quick = false } = options
    const reports = await runDrills(chosen, { parts, quick, say, print })
    if (write) for (const [name, measured] of reports) await keepResult(name, { machine, measured })
    printJson({ drills: Object.fromEntries(reports) })
    const missed = [...reports.values()].some(({ statements }) =>
      statements.some(({ holds }) => holds === false),
    )
    return missed ? FAILED : DONE
  }
  if (against) {
    const pairs = await measurePair({ against, passes, amount, say })
    print(`the other: ${against}\n\n${tableAsText(pairTable(pairs))}\n\n${tableAsText(commandsTable(pairs))}`)
    printJson({ against, passes: pairs })
    return DONE
  }
  const generator = options.generator === 'wrk' ? loadWithWrk : null
  const measured = summarise(await compareSubjects({ names: options.only, passes, amount, generator, say }))
  print(`${tableAsText(comparisonTable(measured))}\n\n${tableAsText(processesTable(measured))}`)
  printJson({ measured })
  if (write) await keepResult('comparison', { machine, measured })
  return DONE
})

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Option } from 'commander'
import { atLeast, DONE, FAILED, npmCommand, runCommand, wholeAtLeast } from '../support/npm-command.ts'
import type { Cleanup } from '../support/system.ts'
import { type ChaosOptions, chaos, type Progress } from './chaos.ts'
import { type DrillOptions, drillStop } from './drill-stop.ts'
import { describeStrike, isGood, type Line, printTable, tabulateChaos, tabulateDrill } from './verdict.ts'

/** Those of the last run that failed. */
const LOGS = join(import.meta.dirname, '../../.splitrun/chaos-logs')
const RUNS_PER_ROUND = 24

interface Options {
  readonly seed: number
  readonly runs: number
  readonly minutes: number
  readonly drill?: 'stop'
  readonly rounds: number
  readonly storage?: true
  readonly limits?: boolean
}
type Logs = ReadonlyMap<string, string>

const command = npmCommand('chaos')
  .description(
    'Starts API processes, workers, Redis and the simulated model, and sends runs. Meanwhile it kills, freezes and stops\n' +
      'them, shifts their clocks, takes files, file descriptors and image processes from them, takes and gives back rights\n' +
      "of Redis' user, renews its password, and floods the API with cancels.\n" +
      'Exits with 0 when no run was lost, settled twice or stuck, and the rollups are exact; else with 1.',
  )
  .addOption(
    new Option('--seed <n>', 'the same faults again')
      .argParser(wholeAtLeast(1))
      .default(Math.ceil(Math.random() * 1_000_000), 'any'),
  )
  .option('--runs <n>', 'runs that are sent', wholeAtLeast(1), 3000)
  .option('--minutes <n>', 'time in which they are sent', atLeast(0.01), 3)
  .option('--limits', 'limits of models, their server and the project, and budgets, whatever the seed says')
  .option('--no-limits', 'none of them')
  .addOption(
    new Option('--drill <name>', 'only stop processes, round after round')
      .choices(['stop'])
      .conflicts(['runs', 'minutes', 'storage']),
  )
  .option('--storage', 'files in object storage, which is killed and frozen, too')
  .option('--rounds <n>', 'of the drill', wholeAtLeast(1), 50)

await runCommand<Options>(command, async (options) => {
  if (!options.drill && command.getOptionValueSource('rounds') === 'cli') {
    command.error("error: '--rounds' is an option of '--drill stop'")
  }
  const cleanups: (() => Promise<void> | void)[] = []
  const t: Cleanup = { after: (clean) => void cleanups.push(clean) }
  const [table, logs] = await (options.drill ? runDrill(t, options) : runChaos(t, options))
  for (const clean of cleanups.toReversed()) await clean()
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  process.stdout.write(`${printTable(table)}\n`)
  if (isGood(table)) return DONE
  await saveLogs(logs)
  process.stderr.write(`The processes' logs are in ${LOGS}; the same again: --seed ${options.seed}\n`)
  return FAILED
})

/** Nobody breaks it off from inside: an interruption ends the process. */
function unbroken(): AbortSignal {
  return new AbortController().signal
}

async function runChaos(
  t: Cleanup,
  { seed, runs, minutes, limits, storage }: Options,
): Promise<[Line[], Logs]> {
  process.stderr.write(`chaos: seed ${seed}, ${runs} runs in ${minutes} minutes\n`)
  const options = {
    ...{ seed, runs, forMs: minutes * 60_000 },
    storage: storage === true,
    ...{ longestOutageMs: 20_000, faultEveryMs: 4000, patienceMs: 90_000 },
    ...(limits !== undefined && { limits }),
  }
  const progress: Progress = { started: Date.now(), sent: 0, served: 0, strikes: [] }
  const every = process.stderr.isTTY ? 250 : 10_000
  const showing = setInterval(() => show(progressLine(options, progress)), every)
  const outcome = await chaos(t, options, progress, unbroken()).finally(() => clearInterval(showing))
  return [tabulateChaos(outcome), outcome.logs]
}

async function runDrill(t: Cleanup, { seed, rounds }: Options): Promise<[Line[], Logs]> {
  process.stderr.write(`drill: ${rounds} rounds of stopping, seed ${seed}\n`)
  const options: DrillOptions = { seed, rounds, runsPerRound: RUNS_PER_ROUND }
  const outcome = await drillStop(t, options, (round) => show(`round ${round} of ${rounds}`), unbroken())
  return [tabulateDrill(outcome), outcome.logs]
}

/** One line that is written over, where there is a terminal. */
function show(line: string): void {
  const { isTTY, columns } = process.stderr
  process.stderr.write(isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`)
}

function progressLine({ runs }: ChaosOptions, { started, sent, served, strikes }: Progress): string {
  const seconds = Math.round((Date.now() - started) / 1000)
  const now = strikes.filter(({ over }) => over === null)
  const words = now.map(describeStrike).join('; ')
  const line = `${seconds} s: ${sent} of ${runs} sent, ${served} ended, ${strikes.length} faults`
  return words ? `${line}, now: ${words}` : line
}

async function saveLogs(logs: Logs): Promise<void> {
  await rm(LOGS, { recursive: true, force: true })
  await mkdir(LOGS, { recursive: true })
  for (const [name, text] of logs) await writeFile(join(LOGS, `${name.replaceAll(/\W+/g, '-')}.log`), text)
}

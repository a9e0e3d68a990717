import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Cleanup } from '../support/system.ts'
import { type ChaosOptions, chaos, type Progress } from './chaos.ts'
import { type DrillOptions, drillStop } from './drill-stop.ts'
import { isGood, type Line, printTable, tabulateChaos, tabulateDrill } from './verdict.ts'

const USAGE = `npm run chaos -- [--seed N] [--runs N] [--minutes N]
npm run chaos -- --drill stop [--seed N] [--rounds N]

  Starts API processes, workers, Redis and the simulated model, sends runs, and kills, freezes and stops them meanwhile;
  the drill only stops them, round after round. Exits 0 when no run was lost, settled twice or stuck, and the rollups
  are exact; else 1.
`

const print = (text: string): boolean => process.stdout.write(text)

const cleanups: (() => Promise<void> | void)[] = []
const t: Cleanup = { after: (clean) => void cleanups.push(clean) }
async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
}

async function main(signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      runs: { type: 'string', default: '3000' },
      minutes: { type: 'string', default: '3' },
      drill: { type: 'string' },
      rounds: { type: 'string', default: '50' },
      help: { type: 'boolean', default: false },
    },
  })
  const [seed, runs] = [Number(values.seed), Number(values.runs)]
  const [minutes, rounds] = [Number(values.minutes), Number(values.rounds)]
  const understood = [seed, runs, minutes, rounds].every((each) => each > 0)
  if (values.help || !understood || !['stop', undefined].includes(values.drill)) {
    print(USAGE)
    return 2
  }
  const [table, logs] = values.drill
    ? await runDrill({ seed, rounds, runsPerRound: 24 }, signal)
    : await runChaos(
        {
          seed,
          runs,
          forMs: minutes * 60_000,
          longestOutageMs: 20_000,
          faultEveryMs: 4000,
          patienceMs: 60_000,
        },
        signal,
      )
  print(`${process.stdout.isTTY ? '\r\x1b[K' : ''}\n${printTable(table)}\n`)
  if (isGood(table)) return 0
  print(`\nThe processes' logs are in ${await saveLogs(logs)}; the same again: --seed ${seed}\n`)
  return 1
}

async function runChaos(options: ChaosOptions, signal: AbortSignal): Promise<[Line[], Logs]> {
  print(`chaos: seed ${options.seed}, ${options.runs} runs in ${options.forMs / 60_000} minutes\n`)
  const progress: Progress = { started: Date.now(), sent: 0, served: 0, strikes: [] }
  const showing = setInterval(
    () => show(progressLine(options, progress)),
    process.stdout.isTTY ? 250 : 10_000,
  )
  const outcome = await chaos(t, options, progress, signal).finally(() => clearInterval(showing))
  return [tabulateChaos(outcome), outcome.logs]
}

async function runDrill(options: DrillOptions, signal: AbortSignal): Promise<[Line[], Logs]> {
  print(`drill: ${options.rounds} rounds of stopping, seed ${options.seed}\n`)
  const outcome = await drillStop(t, options, (round) => show(`round ${round} of ${options.rounds}`), signal)
  return [tabulateDrill(outcome), outcome.logs]
}

/** One line that is written over, where there is a terminal. */
function show(line: string): void {
  print(process.stdout.isTTY ? `\r\x1b[K${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`)
}

function progressLine({ runs }: ChaosOptions, { started, sent, served, strikes }: Progress): string {
  const seconds = Math.round((Date.now() - started) / 1000)
  const now = strikes.filter(({ over }) => over === null)
  const words = now.map(({ fault }) => `${fault.targets.join(', ')} ${fault.kind}`).join('; ')
  const line = `${seconds} s: ${sent} of ${runs} sent, ${served} ended, ${strikes.length} faults`
  return words ? `${line}, now: ${words}` : line
}

async function saveLogs(logs: Logs): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-chaos-logs-'))
  await mkdir(folder, { recursive: true })
  for (const [name, text] of logs) await writeFile(join(folder, `${name.replaceAll(/\W+/g, '-')}.log`), text)
  return folder
}

type Logs = ReadonlyMap<string, string>

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort())

main(interrupted.signal)
  .catch((error: Error) => {
    print(error.name === 'AbortError' ? '\ninterrupted\n' : `\n${error.stack}\n`)
    return 130
  })
  .then(async (code) => {
    await cleanUp()
    process.exitCode = code
  })

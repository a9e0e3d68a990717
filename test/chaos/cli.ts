import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Cleanup } from '../support/system.ts'
import { type ChaosOptions, type ChaosOutcome, chaos, type Progress } from './chaos.ts'
import { isGood, printTable, tabulate } from './verdict.ts'

const USAGE = `npm run chaos -- [--seed N] [--runs N] [--minutes N]

  Starts 2 API processes, 3 workers, Redis and the simulated model, sends runs, and kills, freezes and stops all of
  them meanwhile. Exits 0 when no run was lost, settled twice or stuck, and the rollups are exact; else 1.
`

const print = (text: string): boolean => process.stdout.write(text)

const cleanups: (() => Promise<void> | void)[] = []
const t: Cleanup = { after: (clean) => void cleanups.push(clean) }
async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      runs: { type: 'string', default: '3000' },
      minutes: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  })
  const [seed, runs, minutes] = [Number(values.seed), Number(values.runs), Number(values.minutes)]
  if (values.help || !Number.isInteger(seed) || !(runs >= 1) || !(minutes > 0)) {
    print(USAGE)
    return 2
  }
  print(`chaos: seed ${seed}, ${runs} runs in ${minutes} minutes\n`)
  const options: ChaosOptions = {
    ...{ seed, runs, forMs: minutes * 60_000 },
    ...{ longestOutageMs: 20_000, faultEveryMs: 4000, patienceMs: 60_000 },
  }
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  const progress: Progress = { started: Date.now(), sent: 0, served: 0, strikes: [] }
  const showing = setInterval(
    () => print(progressLine(options, progress)),
    process.stdout.isTTY ? 250 : 10_000,
  )
  const outcome = await chaos(t, options, progress, interrupted.signal).finally(() => clearInterval(showing))
  const table = tabulate(outcome)
  print(`${process.stdout.isTTY ? '\r\x1b[K' : ''}\n${printTable(table)}\n`)
  if (isGood(table)) return 0
  print(`\nThe processes' logs are in ${await saveLogs(outcome)}; the same faults again: --seed ${seed}\n`)
  return 1
}

function progressLine({ runs }: ChaosOptions, { started, sent, served, strikes }: Progress): string {
  const seconds = Math.round((Date.now() - started) / 1000)
  const now = strikes.filter(({ over }) => over === null)
  const words = now.map(({ fault }) => `${fault.targets.join(', ')} ${fault.kind}`).join('; ')
  const line = `${seconds} s: ${sent} of ${runs} sent, ${served} ended, ${strikes.length} faults${words ? `, now: ${words}` : ''}`
  return process.stdout.isTTY ? `\r\x1b[K${line.slice(0, process.stdout.columns - 1)}` : `${line}\n`
}

async function saveLogs({ logs }: ChaosOutcome): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-chaos-logs-'))
  await mkdir(folder, { recursive: true })
  for (const [name, text] of logs) await writeFile(join(folder, `${name.replaceAll(/\W+/g, '-')}.log`), text)
  return folder
}

main()
  .catch((error: Error) => {
    print(error.name === 'AbortError' ? '\ninterrupted\n' : `\n${error.stack}\n`)
    return 130
  })
  .then(async (code) => {
    await cleanUp()
    process.exitCode = code
  })

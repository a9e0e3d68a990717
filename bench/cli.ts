import { parseArgs } from 'node:util'
import { compareSubjects } from './compare.ts'
import { comparisonTable, processesTable, summarise } from './comparison.ts'
import { DRILL_NAMES, type Drill, type DrillName } from './drill.ts'
import { describeMachine, machineLine } from './machine.ts'
import { startBenchRedis } from './redis.ts'
import { keepResult } from './results.ts'
import { SUBJECTS } from './subjects.ts'
import { tableAsText } from './table.ts'
import { loadWithWrk } from './wrk.ts'

const USAGE = `npm run bench -- [--passes 3] [--amount 10000] [--only NAME,NAME] [--generator wrk] [--write]

Puts Splitrun and what it is compared with under the same loads, in turn, and prints the medians of all passes:
  CPU      all processes but the model and the load generator; 32 connections, a model that answers at once
  added    latency at one connection, less the median of the model called directly
  half     the same at half of the calls per second that the first load reached
  slow     calls per second at 128 connections with a model of 200 ms (at best 640)
The load comes from this process; with \`--generator wrk\` the first one comes from wrk, for ten seconds.

npm run bench -- --drill NAME,NAME [--quick] [--write]

Puts Splitrun into a situation of its own; fails when what the drill states does not hold. \`all\`, or some of:
  backlog    1,000, 100,000 and 1,000,000 runs wait (4 GB of memory, some minutes)
  in-flight  5,000 runs at once on one API and one worker process (open files: 20,000)
  cold       the very first run of processes that just started
  images     2 MB JPEGs
  scale      more shards, more workers
  capacity   a small model of the system, held against what is measured, and what it says of larger ones

--write keeps the results in bench/results and renews their picture and the README. Linux only.
`

const DRILLS: Record<DrillName, () => Promise<Drill>> = {
  backlog: async () => (await import('./drills/backlog.ts')).drillBacklog,
  'in-flight': async () => (await import('./drills/in-flight.ts')).drillInFlight,
  cold: async () => (await import('./drills/cold.ts')).drillCold,
  images: async () => (await import('./drills/images.ts')).drillImages,
  scale: async () => (await import('./drills/scale.ts')).drillScale,
  capacity: async () => (await import('./drills/capacity.ts')).drillCapacity,
}

const began = performance.now()
const print = (text: string): boolean => process.stdout.write(`${text}\n`)
const say = (text: string): boolean =>
  print(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`)

const { values } = parseArgs({
  options: {
    passes: { type: 'string', default: '3' },
    amount: { type: 'string', default: '10000' },
    only: { type: 'string', default: Object.keys(SUBJECTS).join(',') },
    generator: { type: 'string', default: 'own' },
    drill: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function findMachine() {
  const redis = await startBenchRedis()
  await redis.stop()
  return describeMachine(redis.version)
}

async function compare(): Promise<void> {
  const known = Object.keys(SUBJECTS)
  const names = values.only.split(',').map((name) => known.find((each) => each.includes(name.trim())) ?? name)
  const machine = await findMachine()
  print(machineLine(machine))
  const [passes, amount] = [Number(values.passes), Number(values.amount)]
  const generator = values.generator === 'wrk' ? loadWithWrk : null
  const measured = summarise(await compareSubjects({ names, passes, amount, generator, say }))
  print(`\n${tableAsText(comparisonTable(measured))}\n\n${tableAsText(processesTable(measured))}`)
  if (values.write) await keepResult('comparison', { machine, measured })
}

/** Runs drills one after the other; false when something that one states does not hold. */
async function drill(names: readonly string[]): Promise<boolean> {
  const chosen = DRILL_NAMES.filter((name) => names.includes('all') || names.includes(name))
  const stray = names.find((name) => name !== 'all' && !DRILL_NAMES.some((each) => each === name))
  if (stray !== undefined) throw new Error(`no such drill: ${stray}; there are ${DRILL_NAMES.join(', ')}`)
  const machine = await findMachine()
  print(machineLine(machine))
  let holds = true
  for (const name of chosen) {
    const run = await DRILLS[name]()
    const measured = await run({ quick: values.quick, say })
    print(`\n${measured.title}\n\n${tableAsText(measured.table)}\n`)
    for (const each of measured.statements) print(`${each.holds ? 'holds ' : 'MISSED'}  ${each.text}`)
    holds &&= measured.statements.every((each) => each.holds)
    if (values.write) await keepResult(name, { machine, measured })
  }
  return holds
}

if (values.help) print(USAGE)
else if (values.drill === undefined) await compare()
else if (!(await drill(values.drill.split(',').map((name) => name.trim())))) process.exitCode = 1

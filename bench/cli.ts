import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { measure, median, type Pass } from './measure.ts'
import { type Started, startNode } from './process.ts'
import { SUBJECTS, type Subject } from './subjects.ts'

const USAGE = `npm run bench -- [--passes 3] [--amount 10000] [--only NAME,NAME]

Puts Splitrun and what it is compared with under the same load, one after the other, so many times, and prints the medians:
  cpu     CPU seconds per 10,000 calls, all processes but the model and the load generator; 32 connections, model 0 ms
  added   p50 and p99 at one connection, less those of the model called directly, in ms
  slow    calls per second at 128 connections with a model of 200 ms (at best 128 / 0.2 = 640)
  half    p99 at half the calls per second that the first load reached, in ms
`

const print = (text: string): boolean => process.stdout.write(`${text}\n`)
const CONNECTIONS = 32
const SLOW_MS = 200
const SLOW_CONNECTIONS = 128

interface Row {
  readonly busy: Pass
  readonly one: Pass
  readonly half: Pass
  readonly slow: Pass
}

/** One subject through all loads, in processes of its own. */
async function pass(name: string, models: { fast: Started; slow: Started }, amount: number): Promise<Row> {
  const start = SUBJECTS[name]
  if (!start) throw new Error(`no such subject: ${name}; there are ${Object.keys(SUBJECTS).join(', ')}`)
  const url = ({ port }: Started) => `http://127.0.0.1:${port}/v1`
  const through = async <T>(model: Started, use: (subject: Subject) => Promise<T>): Promise<T> => {
    const subject = await start(url(model))
    try {
      return await use(subject)
    } finally {
      for (const each of subject.processes) await each.stop()
    }
  }
  const fast = await through(models.fast, async (subject) => {
    // Code is compiled, connections are open and caches full before anything counts.
    await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(amount / 3) })
    const busy = await measure(subject, { connections: CONNECTIONS, amount })
    const one = await measure(subject, { connections: 1, amount: Math.ceil(amount / 10) })
    const rate = Math.max(1, Math.floor(busy.load.rps / 2))
    const half = await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(amount / 2), rate })
    return { busy, one, half }
  })
  const slow = await through(models.slow, async (subject) => {
    await measure(subject, { connections: SLOW_CONNECTIONS, amount: SLOW_CONNECTIONS * 10 })
    return measure(subject, { connections: SLOW_CONNECTIONS, amount: SLOW_CONNECTIONS * 30 })
  })
  return { ...fast, slow }
}

function show(rows: ReadonlyMap<string, Row[]>, direct: { p50: number; p99: number }): void {
  const head = [
    '',
    'cpu',
    'of openai',
    'rps',
    'added p50',
    'added p99',
    'half p99',
    'slow rps',
    'commands',
    'bytes',
    'MB',
  ]
  const of = (name: string, value: (row: Row) => number) => median((rows.get(name) ?? []).map(value))
  const reference = of('express + openai', (row) => row.busy.cpuTotal)
  const lines = [...rows.keys()].map((name) => {
    const all = rows.get(name) ?? []
    const cpu = of(name, (row) => row.busy.cpuTotal)
    const [first] = all
    return [
      name,
      cpu.toFixed(2),
      (cpu / reference).toFixed(2),
      of(name, (row) => row.busy.load.rps).toFixed(0),
      (of(name, (row) => row.one.load.p50) - direct.p50).toFixed(2),
      (of(name, (row) => row.one.load.p99) - direct.p99).toFixed(2),
      of(name, (row) => row.half.load.p99).toFixed(1),
      of(name, (row) => row.slow.load.rps).toFixed(0),
      first?.busy.commands === null ? '-' : of(name, (row) => row.busy.commands ?? 0).toFixed(0),
      first?.busy.bytes === null ? '-' : of(name, (row) => row.busy.bytes ?? 0).toFixed(0),
      Object.values(first?.busy.memory ?? {})
        .reduce((sum, each) => sum + each, 0)
        .toFixed(0),
    ]
  })
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => (line[at] ?? '').length)))
  for (const line of [head, ...lines]) {
    print(
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2)))
        .join(''),
    )
  }
  for (const [name, all] of rows) {
    const parts = Object.keys(all[0]?.busy.cpu ?? {})
    if (parts.length > 1) {
      print(
        `${name}: ${parts.map((part) => `${part} ${median(all.map((row) => row.busy.cpu[part] ?? 0)).toFixed(2)}`).join(', ')}`,
      )
    }
  }
}

const { values } = parseArgs({
  options: {
    passes: { type: 'string', default: '3' },
    amount: { type: 'string', default: '10000' },
    only: { type: 'string', default: Object.keys(SUBJECTS).join(',') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  print(USAGE)
} else {
  const names = values.only
    .split(',')
    .map((name) => Object.keys(SUBJECTS).find((each) => each.includes(name.trim())) ?? name)
  const model = (latency: number) =>
    startNode('model', [`${import.meta.dirname}/mock-model.ts`, String(latency)])
  const models = { fast: await model(0), slow: await model(SLOW_MS) }
  print(
    `${cpus()[0]?.model} x ${cpus().length}, Linux ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
  )
  const call = { url: `http://127.0.0.1:${models.fast.port}/v1/chat/completions`, headers: {}, body: '{}' }
  const { load: direct } = await measure(
    { processes: [], redis: null, call },
    { connections: 1, amount: Math.ceil(Number(values.amount) / 10) },
  )
  const rows = new Map<string, Row[]>(names.map((name) => [name, []]))
  for (let each = 1; each <= Number(values.passes); each += 1) {
    for (const name of names) {
      const row = await pass(name, models, Number(values.amount))
      rows.get(name)?.push(row)
      print(
        `pass ${each}: ${name}: ${row.busy.cpuTotal.toFixed(2)} CPU s, ${row.busy.load.rps.toFixed(0)} calls/s`,
      )
    }
  }
  show(rows, direct)
  for (const each of Object.values(models)) await each.stop()
}

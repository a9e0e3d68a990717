import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { type Cleanup, startSystem } from '../support/system.ts'

const USAGE = `npm run soak -- [--minutes 10] [--callers 20] [--every 10]

Loads an API process, a worker process and a Redis for so many minutes, and prints the memory of each every so many
seconds, in MB. Runs are kept for a minute, so that after the first one nothing should grow.
`

interface Sample {
  readonly seconds: number
  readonly runs: number
  readonly api: number
  readonly worker: number
  readonly redis: number
}

const MB = 1_000_000
const memoryOf = (pid: number): number =>
  (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / MB

const print = (cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(9)).join('')}\n`)
}

async function soak(t: Cleanup, minutes: number, callers: number, every: number): Promise<Sample[]> {
  const env = { SPLITRUN_RUN_RETENTION: '60s', SPLITRUN_LOG_LEVEL: 'warn', SPLITRUN_CONCURRENCY: '200' }
  const system = await startSystem(t, { workers: 0, env, model: { latencyMs: 20 } })
  const api = await startApiProcess(t, system, env)
  // At its level of logging a worker does not say that it consumes; the first run's answer does.
  const worker = await startWorkerProcess(t, system, { ...env, SPLITRUN_LOG_LEVEL: 'info' })
  const task = await system.createTask()
  let runs = 0
  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 1000)
  const isOver = () => seconds() >= minutes * 60

  async function call(): Promise<void> {
    while (!isOver()) {
      const wait = runs % 4 === 0 ? 0 : 30
      const answer = await fetch(`${api.url}${system.project}/task/${task}/run?wait=${wait}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ task_input: { text: `text ${runs} ${'x'.repeat(1000)}` } }),
      })
      await answer.arrayBuffer()
      if (answer.ok) runs += 1
    }
  }
  const load = Promise.all(Array.from({ length: callers }, call))
  const samples: Sample[] = []
  print(['s', 'runs', 'api', 'worker', 'redis'])
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, every * 1000))
    const used = /^used_memory:(\d+)/m.exec(await system.core.redis.info('memory'))?.[1]
    const sample = {
      ...{ seconds: seconds(), runs, api: memoryOf(api.pid), worker: memoryOf(worker.pid) },
      redis: Number(used) / MB,
    }
    samples.push(sample)
    print(Object.values(sample).map((value) => Math.round(value)))
  }
  await load
  return samples
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    callers: { type: 'string', default: '20' },
    every: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(USAGE)
else {
  const cleanups: (() => Promise<void> | void)[] = []
  const clean = async () => {
    for (const each of cleanups.splice(0).toReversed()) await each()
  }
  process.once('SIGINT', () => void clean().then(() => process.exit(130)))
  try {
    const [minutes, callers, every] = [values.minutes, values.callers, values.every].map(Number) as [
      number,
      number,
      number,
    ]
    const samples = await soak({ after: (each) => void cleanups.push(each) }, minutes, callers, every)
    const quarter = Math.floor(samples.length / 4)
    for (const name of ['api', 'worker', 'redis'] as const) {
      const mean = (some: readonly Sample[]) => some.reduce((sum, each) => sum + each[name], 0) / some.length
      const [second, last] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))]
      process.stdout.write(
        `${name}: ${second.toFixed(0)} MB in the second quarter of the time, ${last.toFixed(0)} MB in the last\n`,
      )
    }
  } finally {
    await clean()
  }
}

import { execFileSync } from 'node:child_process'
import { allKeys } from '../support/all-keys.ts'
import { atLeast, DONE, FAILED, npmCommand, runCommand, wholeAtLeast } from '../support/npm-command.ts'
import { startApiProcess, startWorkerProcess } from '../support/processes.ts'
import { type Cleanup, startSystem, until } from '../support/system.ts'

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

interface Soaked {
  readonly samples: readonly Sample[]
  /** Texts of live runs that Redis holds though all runs have ended. */
  readonly texts: readonly string[]
}

async function soak(t: Cleanup, minutes: number, callers: number, every: number): Promise<Soaked> {
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
      const accept = runs % 4 === 1 ? 'text/event-stream' : 'application/json'
      const answer = await fetch(`${api.url}${system.project}/task/${task}/run?wait=${wait}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.token}`, accept, 'content-type': 'application/json' },
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
  await until(async () => (await system.core.runs.backlog(Date.now())).running.runs === 0)
  return { samples, texts: await allKeys(system.core.redis, '*:live:*') }
}

interface Options {
  readonly minutes: number
  readonly callers: number
  readonly every: number
}

const command = npmCommand('soak')
  .description(
    'Loads an API process, a worker process and a Redis, and prints the memory of each, in MB. Runs are kept for a\n' +
      'minute, so that after the first one nothing should grow. A quarter is watched, of which nothing may be left.',
  )
  .option('--minutes <n>', 'how long', atLeast(0.01), 10)
  .option('--callers <n>', 'calls at a time', wholeAtLeast(1), 20)
  .option('--every <n>', 'seconds between two looks', atLeast(0.1), 10)

await runCommand<Options>(command, async ({ minutes, callers, every }) => {
  const cleanups: (() => Promise<void> | void)[] = []
  const { samples, texts } = await soak(
    { after: (clean) => void cleanups.push(clean) },
    minutes,
    callers,
    every,
  )
  for (const clean of cleanups.toReversed()) await clean()
  const quarter = Math.floor(samples.length / 4)
  for (const name of ['api', 'worker', 'redis'] as const) {
    const mean = (some: readonly Sample[]) => some.reduce((sum, each) => sum + each[name], 0) / some.length
    const [second, last] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))]
    process.stdout.write(
      `${name}: ${second.toFixed(0)} MB in the second quarter of the time, ${last.toFixed(0)} MB in the last\n`,
    )
  }
  process.stdout.write(`texts of live runs that are left: ${texts.length}\n`)
  return texts.length === 0 ? DONE : FAILED
})

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { limitKeys } from '../../src/models/limits/limit-keys.ts'
import { startLimitedServer } from '../support/limited-server.ts'
import { QUICK_LOCKS, startWorkerProcess } from '../support/processes.ts'
import { type Cleanup, startSystem, until } from '../support/system.ts'

const PROCESSES = 4

async function modelsFile(t: Cleanup, url: string, limits: object): Promise<Record<string, string>> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-limits-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  await writeFile(
    file,
    JSON.stringify({ servers: { s: { base_url: url } }, models: [{ name: 'limited', server: 's', limits }] }),
  )
  return { SPLITRUN_MODELS_FILE: file }
}

test('processes that share the limits of a server are never refused by it, and leave nothing of them unused', async (t) => {
  const [requests, tokens] = [600, 60_000]
  const used = (call: number) => ({ input: 30 + (call % 3), output: 40 + ((call * 7) % 30) })
  const server = await startLimitedServer(t, { requests, tokens, latencyMs: 120, uses: used })
  const env = await modelsFile(t, server.url, { requests_per_minute: requests, tokens_per_minute: tokens })
  const system = await startSystem(t, { workers: 0, env })
  for (let each = 0; each < PROCESSES; each += 1) await startWorkerProcess(t, system, env)
  const task = await system.createTask({ llm_model_id: 'limited' })
  const started = performance.now()
  const wanted = requests + 150
  const submit = () => system.call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'rain' } })
  for (let left = wanted; left > 0; left -= 50) await Promise.all(Array.from({ length: 50 }, submit))
  await until(() => server.seen.served >= wanted)
  const minutes = (performance.now() - started) / 60_000
  // Nobody waits for these runs: they leave three tenths of the full bucket to others.
  const share = (server.seen.served / (requests * (0.68 + minutes))) * 100
  t.diagnostic(
    `${server.seen.served} served, ${server.seen.refused} refused, ${share.toFixed(1)} % of the limit used`,
  )
  assert.ok(server.seen.refused <= wanted / 1000, `${server.seen.refused} of ${wanted} were refused`)
})

test('the places of workers that are killed are free again, and no lease is left', async (t) => {
  const server = await startLimitedServer(t, { latencyMs: 1500 })
  const env = await modelsFile(t, server.url, { concurrent: 4 })
  const system = await startSystem(t, { workers: 0, env: { ...env, ...QUICK_LOCKS } })
  const workers = []
  for (let each = 0; each < PROCESSES; each += 1)
    workers.push(await startWorkerProcess(t, system, { ...env, ...QUICK_LOCKS }))
  const task = await system.createTask({ llm_model_id: 'limited' })
  const runs = Array.from({ length: 16 }, () =>
    system.call('POST', `/task/${task}/run?wait=90`, { task_input: { text: 'rain' } }),
  )
  await until(() => server.seen.inFlight === 4)
  await Promise.all(workers.slice(0, PROCESSES / 2).map((worker) => worker.stop('SIGKILL')))
  const answers = await Promise.all(runs)
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  const keys = limitKeys('s')
  await until(async () => (await system.core.redis.hlen(keys.holds)) === 0)
  const levels = await system.core.redis.hgetall(keys.levels)
  const places = Object.entries(levels).filter(([name]) => name.endsWith('|places'))
  assert.deepEqual(
    places.map(([, count]) => count),
    ['0'],
  )
  assert.equal(await system.core.redis.zcard(keys.leases), 0)
})

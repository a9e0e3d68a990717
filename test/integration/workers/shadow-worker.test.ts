import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { type ShadowWorkerOptions, startShadowWorker } from '../../../workers/shadow.worker.ts'
import { type Cleanup, startSystem, until } from '../../support/system.ts'

/** A worker of shadow runs that does nothing with them but ending them, and what of them waits and was begun. */
async function startWorker(
  t: Cleanup,
  count: number,
  { onBegin, ...options }: Partial<ShadowWorkerOptions> & { onBegin?: () => void | Promise<void> } = {},
) {
  const { core } = await startSystem(t, { workers: 0 })
  const { shadows } = core
  const entry = () => ({ parent: `${newId().slice(0, -2)}00`, revision: newId() })
  await Promise.all(Array.from({ length: count }, () => shadows.leave(entry())))
  const begun: string[] = []
  const worker = startShadowWorker({
    ...{ shards: [0], shadows, concurrency: 50, leaseMs: 8000, graceMs: 8000, log: silentLogger() },
    room: () => 'enough',
    async execute(taken) {
      begun.push(taken.parent)
      await onBegin?.()
      await shadows.end(taken, null, null)
      return 'ended'
    },
    ...options,
  })
  t.after(() => worker.close())
  const allEnded = () => until(async () => Object.values(await shadows.waiting()).every((left) => left === 0))
  return { shadows, worker, begun, allEnded }
}

test('shadow runs that are taken together begin one by one, with a tick for others between any two', async (t) => {
  let ticks = 0
  let over = false
  const count = (): void => {
    ticks += 1
    if (!over) setImmediate(count)
  }
  const seen: number[] = []
  const { worker, allEnded } = await startWorker(t, 40, { onBegin: () => void seen.push(ticks) })
  setImmediate(count)
  worker.wake(0)
  await allEnded()
  over = true
  assert.equal(seen.length, 40)
  assert.equal(new Set(seen).size, 40)
})

test('none begins while callers’ runs leave no room, and each ends when they do', async (t) => {
  let room: 'enough' | 'none' = 'none'
  let asked = 0
  const { shadows, worker, begun, allEnded } = await startWorker(t, 3, {
    room() {
      asked += 1
      return room
    },
  })
  worker.wake(0)
  await until(async () => asked >= 2)
  assert.deepEqual([begun, await shadows.waiting()], [[], { waiting: 3, running: 0 }])
  room = 'enough'
  await allEnded()
  assert.equal(new Set(begun).size, 3)
})

test('where they leave little room, one is begun each time it is looked, so that there are some', async (t) => {
  let looked = 0
  const begunAt: number[] = []
  const { worker, allEnded } = await startWorker(t, 3, {
    room() {
      looked += 1
      return 'little'
    },
    onBegin: () => void begunAt.push(looked),
  })
  worker.wake(0)
  await allEnded()
  assert.deepEqual(begunAt, [1, 2, 3])
})

test('a worker has as many at once as it may, and takes the next when one has ended', async (t) => {
  const open: (() => void)[] = []
  const { shadows, worker, begun, allEnded } = await startWorker(t, 5, {
    concurrency: 2,
    onBegin: () => new Promise<void>((resolve) => open.push(resolve)),
  })
  worker.wake(0)
  await until(async () => begun.length === 2)
  assert.deepEqual(await shadows.waiting(), { waiting: 3, running: 2 })
  while (begun.length < 5) {
    const before = begun.length
    open.shift()?.()
    await until(async () => begun.length > before)
    assert.ok((await shadows.waiting()).running <= 2)
  }
  for (const end of open.splice(0)) end()
  await allEnded()
})

test('a worker that stops ends what it has taken, and leaves the others', async (t) => {
  const { shadows, worker, begun } = await startWorker(t, 40)
  worker.wake(0)
  await until(async () => begun.length > 0)
  await worker.close()
  const { waiting, running } = await shadows.waiting()
  assert.deepEqual([running, waiting + begun.length], [0, 40])
})

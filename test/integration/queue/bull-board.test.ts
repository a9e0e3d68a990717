import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { Queue } from 'bullmq'
import express from 'express'
import { composeWorker } from '../../../src/compose/compose-worker.ts'
import { queuePrefix, RUN_QUEUE } from '../../../src/queue/bullmq-keys.ts'
import { isFinal } from '../../../src/runs/run.ts'
import { type Cleanup, type System, until, useSystem } from '../../support/system.ts'

/** A bull-board over the queue of runs, as its own documentation sets it up. */
async function openBoard(t: Cleanup, { core }: System) {
  const queue = new Queue(RUN_QUEUE, {
    connection: core.redis,
    prefix: queuePrefix(0),
    skipVersionCheck: true,
  })
  const serverAdapter = new ExpressAdapter()
  serverAdapter.setBasePath('/board')
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter })
  const server = express().use('/board', serverAdapter.getRouter()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await queue.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/board/api/queues`
  return {
    counts: async (): Promise<Record<string, number>> => {
      const { queues } = (await (await fetch(base)).json()) as {
        queues: { counts: Record<string, number> }[]
      }
      return queues[0]?.counts ?? assert.fail('it shows no queue')
    },
    put: async (path: string): Promise<void> => {
      const response = await fetch(`${base}/${RUN_QUEUE}/${path}`, { method: 'PUT' })
      assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`)
    },
  }
}

describe('bull-board over the queue of runs', () => {
  const running = useSystem({ workers: 0, env: { SPLITRUN_JANITOR_INTERVAL: '100ms' } })

  test('shows what waits, pauses and resumes it, and whatever is cleaned away there is executed all the same', async (t) => {
    const system = running()
    const board = await openBoard(t, system)
    const task = await system.createTask()
    const ids: string[] = []
    for (let each = 0; each < 4; each += 1) {
      const body = { task_input: { text: 'tea' } }
      ids.push((await system.call('POST', `/task/${task}/run?wait=0`, body)).body.id)
    }
    assert.equal((await board.counts())['waiting'], 4)
    await board.put('pause')
    await composeWorker(system.core)
    assert.deepEqual(
      (await system.core.runs.getMany(ids)).map((record) => record?.status),
      ids.map(() => 'queued'),
    )
    await board.put(`${ids[0]}/clean`)
    await board.put('empty')
    assert.equal((await board.counts())['waiting'], 0)
    await board.put('resume')
    await until(async () => (await system.core.runs.getMany(ids)).every((run) => run && isFinal(run.status)))
    for (const record of await system.core.runs.getMany(ids)) assert.equal(record?.status, 'succeeded')
  })
})

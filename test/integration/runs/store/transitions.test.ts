import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import type { Redis } from '../../../../src/platform/redis/redis.ts'
import { type FinalStatus, RUN_STATUSES, type RunStatus, TRANSITIONS } from '../../../../src/runs/run.ts'
import type { Claim } from '../../../../src/runs/store/claim.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import type { RunStore } from '../../../../src/runs/store/run-store.ts'
import { claimed, deliver } from '../../../support/runs.ts'
import { useRunStore } from './used-store.ts'

const FINAL: FinalStatus[] = ['succeeded', 'failed', 'cancelled', 'expired']
const KEYS = shardKeys(0)

describe('states of runs in the store', () => {
  let redis: Redis
  let runs: RunStore
  const { queued, settle } = useRunStore((connected, store) => {
    redis = connected
    runs = store
  })

  test('each operation in each state makes a transition of the table, or none; ended runs never change', async () => {
    type Operation = (claim: Claim) => Promise<unknown>
    const operations: Operation[] = [
      (claim) => runs.create(claim.request, null),
      (claim) => deliver(redis, runs, claim.request),
      (claim) => runs.release(claim, []),
      (claim) => runs.saveAttempts(claim, []),
      (claim) => runs.watch(claim.request.id, newId()),
      ...FINAL.map(
        (status): Operation =>
          (claim) =>
            settle(claim, { status }),
      ),
    ]
    const seen = new Set<string>()
    for (const from of RUN_STATUSES) {
      for (const operation of operations) {
        const claim = await inState(from)
        const { id, project } = claim.request
        const earlier = await redis.hgetall(KEYS.run(id))
        await operation(claim)
        const to = (await runs.get(id))?.status ?? assert.fail('it is gone')
        if (to !== from) seen.add(`${from} -> ${to}`)
        if (FINAL.some((status) => status === from)) {
          assert.deepEqual(await redis.hgetall(KEYS.run(id)), earlier)
        }
        for (const status of RUN_STATUSES) {
          const listed = await redis.zscore(KEYS.runsIn(project, status), id)
          assert.equal(listed !== null, status === to && status !== 'succeeded', `${to} listed in ${status}`)
        }
      }
    }
    const table = RUN_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} -> ${to}`))
    // Nothing ends a run yet that no worker has claimed.
    const reachable = table.filter((each) => !each.startsWith('queued') || each === 'queued -> running')
    assert.deepEqual([...seen].sort(), reachable.sort())
  })

  /** A fresh run in that state, with the claim that brought it there; of a queued run, one given back. */
  async function inState(status: RunStatus): Promise<Claim> {
    const claim = await claimed(redis, runs, await queued())
    if (status === 'queued') await runs.release(claim, [])
    else if (status !== 'running') await settle(claim, { status })
    assert.equal((await runs.get(claim.request.id))?.status, status)
    return claim
  }
})

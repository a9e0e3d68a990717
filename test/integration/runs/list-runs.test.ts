import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../src/platform/redis/redis.ts'
import { listRuns } from '../../../src/runs/list-runs.ts'
import type { RunFilter } from '../../../src/runs/store/read-runs.ts'
import { createRunStore, type RunStore } from '../../../src/runs/store/run-store.ts'
import { testRedisUrl } from '../../support/redis.ts'
import { aRequest, claimed, STORE_OPTIONS } from '../../support/runs.ts'

describe('a list of runs', () => {
  const connections = connectRedis(testRedisUrl(), silentLogger())
  after(() => connections.close())
  let redis: Redis
  let runs: RunStore
  before(async () => {
    redis = await connections.commands('test')
    runs = createRunStore(redis, STORE_OPTIONS)
  })

  /** All pages of a list, from the first on. */
  async function pagesOf(project: string, filter: RunFilter, limit: number): Promise<string[][]> {
    const pages: string[][] = []
    let cursor: string | null = null
    const deps = { runs, pageBytesMax: 8_000_000, hold: () => {} }
    do {
      const { results, next } = await listRuns(deps, project, filter, { cursor, limit, summary: false })
      pages.push(results.map(({ id }) => id))
      cursor = next
    } while (cursor !== null)
    return pages
  }

  async function create(project: string, count: number, fields = {}): Promise<string[]> {
    const ids: string[] = []
    for (let each = 0; each < count; each += 1) {
      const request = aRequest({ project, ...fields })
      await runs.create(request, null)
      ids.unshift(request.id)
    }
    return ids
  }

  test('shows every run once, newest first, whatever the length of its pages', async () => {
    const project = newId()
    const ids = await create(project, 120)
    for (const limit of [1, 7, 50, 60, 119, 120, 121]) {
      const pages = await pagesOf(project, {}, limit)
      assert.deepEqual(pages.flat(), ids)
      for (const page of pages.slice(0, -1)) assert.equal(page.length, limit)
    }
  })

  test('goes on behind many runs that do not fit the filter', async () => {
    const project = newId()
    const task = newId()
    const [oldest] = await create(project, 1, { revision: 'wanted', task })
    for (let hundred = 0; hundred < 51; hundred += 1) {
      const requests = Array.from({ length: 100 }, () => aRequest({ project, task }))
      await Promise.all(requests.map((request) => runs.create(request, null)))
    }
    await claimed(redis, runs, aRequest({ id: oldest ?? '', project }), 'wanted')
    const pages = await pagesOf(project, { revision: 'wanted' }, 10)
    assert.deepEqual(pages.flat(), [oldest])
  })

  test('cuts a page short before it grows beyond what a process should hold', async () => {
    const project = newId()
    const ids = await create(project, 12, { inputs: { text: 'x'.repeat(1_000_000) } })
    const pages = await pagesOf(project, {}, 100)
    assert.deepEqual(pages.flat(), ids)
    assert.deepEqual(
      pages.map((page) => page.length),
      [7, 5],
    )
  })
})

import { setTimeout as pause } from 'node:timers/promises'
import { composeCore } from '../../src/compose/compose-core.ts'
import { readConfig } from '../../src/config.ts'
import { newId, newRunId } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { cleanUpRuns } from '../../src/runs/end/clean-up-runs.ts'
import type { RunRequest } from '../../src/runs/run.ts'
import type { Fleet } from '../fleet.ts'

/** Runs of a fleet's first project, made by the product's own code in this process: HTTP would take too long. */
export interface Backlog {
  /** Makes runs until so many have not ended. */
  fill(size: number): Promise<void>
  /** Keeps it at that size while somebody drains it, until `use` is done. */
  keepAt<T>(size: number, use: () => Promise<T>): Promise<T>
  /** How many of its runs have not ended, and how many have. */
  waiting(): Promise<number>
  ended(): Promise<number>
  /** The id of a run with as many before it as after it. */
  middle(): string
  /** One round of the janitor. */
  tick(): Promise<void>
  close(): Promise<void>
}

/** Creations under way at a time, on one connection. */
const AT_ONCE = 500
const LOOK_EVERY_MS = 20

/** `env`: the settings of the fleet's processes, which are this one's, too. */
export async function openBacklog(
  { redis, project }: Fleet,
  env: Readonly<Record<string, string>>,
): Promise<Backlog> {
  const log = silentLogger()
  const config = readConfig({ REDIS_URL: redis.path, SPLITRUN_DATA_DIR: redis.dataDir, ...env })
  const core = await composeCore(config, log)
  const { runs, rollups } = core
  const user = newId()
  const ids: string[] = []

  function request(): RunRequest {
    const created = Date.now()
    const [id, late] = [newRunId(0), created + config.runTimeout * 1000]
    ids.push(id)
    return {
      ...{ id, org: project.org, project: project.id, task: project.task, user, created },
      ...{
        inputs: { text: 'I love this, it is great!' },
        files: [],
        fileNames: [],
        revision: null,
        llmConfig: null,
      },
      ...{ useFallback: false, reference: null, reportingGroup: null, mode: 'async', trace: null },
      ...{ startBy: late, deadline: late, onLostAttempt: 'retry', live: false },
      ...{
        onTruncated: 'fail',
        policies: [],
        budget: null,
        payer: null,
        onLimit: 'wait',
        outputRetries: 1,
        slot: null,
        bucket: null,
      },
    }
  }
  async function make(amount: number): Promise<void> {
    let left = amount
    const one = async () => {
      for (; left > 0; ) {
        left -= 1
        await runs.create(request(), null, null, { revision: project.revision, split: null, model: '' })
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, amount) }, one))
  }
  async function waiting(): Promise<number> {
    const { enqueued, held, running } = await runs.backlog(Date.now())
    return enqueued.runs + held.runs + running.runs
  }
  const fill = async (size: number) => make(Math.max(0, size - (await waiting())))

  return {
    fill,
    async keepAt(size, use) {
      let over = false
      const keeping = (async () => {
        for (; !over; await pause(LOOK_EVERY_MS)) await fill(size)
      })()
      try {
        return await use()
      } finally {
        over = true
        await keeping
      }
    },
    waiting,
    ended: async () => ids.length - (await waiting()),
    middle: () => ids[Math.floor(ids.length / 2)] ?? '',
    async tick() {
      await cleanUpRuns({ ...core, shards: 1 }, Date.now(), new AbortController().signal)
      await rollups.merge()
    },
    async close() {
      await core.lifecycle.close()
    },
  }
}

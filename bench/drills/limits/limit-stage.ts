import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import type { LimitedServerOptions, LimitedServerSeen } from '../../../test/support/limited-server.ts'
import type { Cleanup } from '../../../test/support/system.ts'
import { type Fleet, type Project, startFleet, taskLike } from '../../fleet.ts'
import type { Call } from '../../load.ts'
import { modelUrl } from '../../model-process.ts'
import { startNode } from '../../process.ts'

/** A model with limits, at a server of its own that enforces them. */
export interface LimitedModel {
  readonly name: string
  /** As in the models file. */
  readonly limits: unknown
  /** What its server enforces. */
  readonly server: Omit<LimitedServerOptions, 'uses'>
}

export interface LimitStage {
  readonly fleet: Fleet
  /** What the server of a model has seen so far. */
  seen(model: string): Promise<LimitedServerSeen>
  /** A run of a task of that model; its prompt begins with `[mark]`, and has about so many characters. */
  callOf(project: Project, model: string, mark: string, size: number): Promise<Call>
}

const PROGRAM = join(import.meta.dirname, '../../limited-model.ts')

/** A fleet with models that are limited. All of it ends with `t`. */
export async function startLimitStage(
  t: Cleanup,
  models: readonly LimitedModel[],
  workers: number,
): Promise<LimitStage> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-limits-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const urls = new Map<string, string>()
  for (const { name, server } of models) {
    const process = await startNode(name, [PROGRAM, JSON.stringify(server)])
    t.after(() => process.stop())
    urls.set(name, modelUrl(process))
  }
  const servers = Object.fromEntries([...urls].map(([name, url]) => [name, { base_url: url }]))
  const listed = [
    // The one of the fleet's first task.
    { name: 'simulated-large', server: models[0]?.name },
    ...models.map(({ name, limits }) => ({ name, server: name, limits })),
  ]
  const file = join(folder, 'models.json')
  await writeFile(file, JSON.stringify({ servers, models: listed }))
  const env = { SPLITRUN_MODELS_FILE: file, SPLITRUN_MODEL_ENDS: 'false', SPLITRUN_CONCURRENCY: '100' }
  const fleet = await startFleet({ model: 'http://127.0.0.1:9/v1', workers, env })
  t.after(() => fleet.stop())
  return {
    fleet,
    seen: async (model) => (await (await fetch(urls.get(model) ?? '')).json()) as LimitedServerSeen,
    async callOf(project, model, mark, size) {
      const fields = {
        ...{ llm_model_id: model, system_prompt: 'You answer.', user_prompt: `[${mark}] {text}` },
        output_format: { answer: 'string', score: 'number' },
      }
      const { id } = await project.ask<{ id: string }>('/task', taskLike(`${model} ${mark}`, fields))
      const body = { task_input: { text: 'word '.repeat(size / 5) } }
      return project.run(fleet.apis[0]?.port ?? 0, { task: id, body, query: '?wait=300' })
    },
  }
}

/** Sends a call again and again on so many connections, until `stop` resolves; then it waits for those under way. */
export function keepBusy(call: Call, connections: number) {
  const { origin, pathname, search } = new URL(call.url)
  const pool = new Pool(origin, { connections, headersTimeout: 310_000, bodyTimeout: 310_000 })
  const outcomes: Record<string, number> = {}
  const latencies: number[] = []
  let over = false
  const all = Array.from({ length: connections }, async () => {
    while (!over) {
      const began = performance.now()
      const options = { method: 'POST', headers: call.headers, body: call.body } as const
      const { statusCode, body } = await pool.request({ path: pathname + search, ...options })
      await body.dump()
      outcomes[statusCode] = (outcomes[statusCode] ?? 0) + 1
      latencies.push(performance.now() - began)
    }
  })
  return {
    latencies,
    /** How many calls were answered, by their status. */
    async stop(): Promise<Readonly<Record<string, number>>> {
      over = true
      await Promise.all(all)
      await pool.destroy()
      return outcomes
    },
  }
}

/** Submits a call so often without waiting for its run. */
export async function submit(call: Call, amount: number): Promise<void> {
  const url = call.url.replace('wait=300', 'wait=0')
  for (let left = amount; left > 0; left -= 50) {
    const some = Array.from({ length: Math.min(50, left) }, async () => {
      const answer = await fetch(url, { method: 'POST', headers: call.headers, body: String(call.body) })
      await answer.body?.cancel()
      if (answer.status !== 202) throw new Error(`a run was not accepted: ${answer.status}`)
    })
    await Promise.all(some)
  }
}

/** Looks again and again until something is so; returns how many ms that took, or null after `mostMs`. */
export async function timeUntil(isSo: () => Promise<boolean>, mostMs: number): Promise<number | null> {
  const began = performance.now()
  while (performance.now() - began < mostMs) {
    if (await isSo()) return performance.now() - began
    await pause(20)
  }
  return null
}

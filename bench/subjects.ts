import { join } from 'node:path'
import { installPortkey } from './portkey.ts'
import { type Measured, startNode } from './process.ts'
import { type BenchRedis, startBenchRedis } from './redis.ts'

/** What is put under load: its processes, and the one call that is made again and again. */
export interface Subject {
  readonly processes: readonly Measured[]
  readonly redis: BenchRedis | null
  readonly call: Call
  /** How many runs have ended, where it keeps such a thing. */
  settled?(): Promise<number>
}

export interface Call {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const ROOT = join(import.meta.dirname, '..')
const baseline = (name: string): string => join(import.meta.dirname, 'baselines', `${name}.ts`)
const JSON_TYPE = { 'content-type': 'application/json' }
const INPUT = JSON.stringify({ task_input: { text: 'I love this, it is great!' } })

async function simple(name: string, model: string): Promise<Subject> {
  const server = await startNode(name, [baseline(name), model])
  const call = { url: `http://127.0.0.1:${server.port}/run`, headers: JSON_TYPE, body: INPUT }
  return { processes: [server], redis: null, call }
}

async function bareBullmq(model: string): Promise<Subject> {
  const redis = await startBenchRedis()
  const worker = await startNode('worker', [baseline('bullmq-worker'), model, redis.path])
  const api = await startNode('api', [baseline('bullmq-api'), model, redis.path])
  const call = { url: `http://127.0.0.1:${api.port}/run`, headers: JSON_TYPE, body: INPUT }
  return { processes: [api, worker, redis], redis, call }
}

async function portkey(model: string): Promise<Subject> {
  const server = await startNode('portkey', [await installPortkey(), '--headless', '--port=18787'])
  const body = JSON.stringify({
    model: 'bench',
    messages: [{ role: 'user', content: 'Classify the sentiment of this text: I love this, it is great!' }],
  })
  const headers = {
    ...JSON_TYPE,
    authorization: 'Bearer none',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': model,
  }
  const call = { url: 'http://127.0.0.1:18787/v1/chat/completions', headers, body }
  return { processes: [server], redis: null, call }
}

const ADMIN = 'the-benchmarks-administrator'

async function splitrun(model: string): Promise<Subject> {
  const redis = await startBenchRedis()
  const env = {
    PORT: '0',
    REDIS_URL: redis.path,
    SPLITRUN_ADMIN_TOKEN: ADMIN,
    SPLITRUN_SIMULATED_URL: model,
    SPLITRUN_CONCURRENCY: '256',
  }
  const cli = join(ROOT, 'src/cli.ts')
  const worker = await startNode('worker', [cli, 'worker'], env)
  const api = await startNode('api', [cli, 'api'], env)
  const base = `http://127.0.0.1:${api.port}/api/v1`
  async function ask<T>(path: string, token: string, body?: object): Promise<T> {
    const answer = await fetch(base + path, {
      method: body ? 'POST' : 'GET',
      headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const org = await ask<{ id: string }>('/org', ADMIN, { name: 'Bench' })
  const project = await ask<{ id: string }>(`/org/${org.id}/project`, ADMIN, { name: 'Bench' })
  const home = `/org/${org.id}/project/${project.id}`
  const { token } = await ask<{ token: string }>(`${home}/api_key`, ADMIN, { name: 'bench' })
  const prompt = { system_prompt: 'You classify texts. Be exact and brief.' }
  const task = await ask<{ id: string; revisions: { id: string }[] }>(`${home}/task`, token, {
    ...{ name: 'bench', enabled: true, llm_model_id: 'simulated-large', ...prompt },
    user_prompt: 'Classify the sentiment of this text: {text}',
    output_format: {
      sentiment: { type: 'string', options: ['positive', 'neutral', 'negative'] },
      confidence: 'number',
      topics: { type: 'list', item_type: 'string' },
    },
  })
  const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` }
  return {
    processes: [api, worker, redis],
    redis,
    call: { url: `${base}${home}/task/${task.id}/run`, headers, body: INPUT },
    async settled() {
      const { total_task_runs } = await ask<{ total_task_runs: number }>(`${home}/usage_report`, token)
      return total_task_runs
    },
  }
}

/** By the name under which the table shows it. */
export const SUBJECTS: Readonly<Record<string, (model: string) => Promise<Subject>>> = {
  'express + undici': (model) => simple('express-undici', model),
  'express + openai': (model) => simple('express-openai', model),
  bullmq: bareBullmq,
  portkey,
  splitrun,
}

import { join } from 'node:path'
import { type Fleet, startFleet } from './fleet.ts'
import type { Call } from './load.ts'
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

/** A fleet of Splitrun as something to be measured. */
export const asSubject = ({ apis, workers, redis, call, settled }: Fleet): Subject => ({
  processes: [...apis, ...workers, redis],
  redis,
  call,
  settled,
})

/** By the name under which the table shows it. */
export const SUBJECTS: Readonly<Record<string, (model: string) => Promise<Subject>>> = {
  'express + undici': (model) => simple('express-undici', model),
  'express + openai': (model) => simple('express-openai', model),
  bullmq: bareBullmq,
  portkey,
  splitrun: async (model) => asSubject(await startFleet({ model })),
}

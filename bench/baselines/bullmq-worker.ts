import { Worker } from 'bullmq'
import { Pool } from 'undici'
import { modelUrl, PROMPT } from './served.ts'

/** Usage: node bullmq-worker.ts MODEL_URL REDIS_SOCKET */
const pool = new Pool(modelUrl().origin, { connections: 256 })
const worker = new Worker(
  'bench',
  async (job) => {
    const content = PROMPT + String(job.data.task_input.text)
    const { body } = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'bench', messages: [{ role: 'user', content }] }),
    })
    const answer = (await body.json()) as { choices: { message: { content: string } }[] }
    return { response: JSON.parse(answer.choices[0]?.message.content ?? '{}') }
  },
  { connection: { path: process.argv[3] ?? '', maxRetriesPerRequest: null }, concurrency: 256 },
)
await worker.waitUntilReady()
process.stdout.write('listening 0\n')

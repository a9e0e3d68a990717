import { Queue, QueueEvents } from 'bullmq'
import express from 'express'
import { listen } from './served.ts'

/** Bare BullMQ, waited for as its documentation shows it. Usage: node bullmq-api.ts MODEL_URL REDIS_SOCKET */
const connection = { path: process.argv[3] ?? '', maxRetriesPerRequest: null }
const queue = new Queue('bench', { connection })
const events = new QueueEvents('bench', { connection })
await events.waitUntilReady()
// It listens anew for each call that waits.
queue.setMaxListeners(0)
events.setMaxListeners(0)
const app = express()
app.use(express.json())
app.post('/run', async (request, response) => {
  const options = { removeOnComplete: { count: 1000 }, removeOnFail: true }
  const job = await queue.add('run', request.body, options)
  response.json(await job.waitUntilFinished(events))
})
await listen(app)

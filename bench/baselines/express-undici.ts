import express from 'express'
import { Pool } from 'undici'
import { listen, modelUrl, PROMPT } from './served.ts'

/** The least that one could write: a prompt put around the input, no queue, no record, nothing checked. */
const pool = new Pool(modelUrl().origin, { connections: 256 })
const app = express()
app.use(express.json())
app.post('/run', async (request, response) => {
  const text = PROMPT + String(request.body.task_input.text)
  const { body } = await pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: text }] }),
  })
  const answer = (await body.json()) as { choices: { message: { content: string } }[] }
  response.json({ response: JSON.parse(answer.choices[0]?.message.content ?? '{}') })
})
listen(app)

import express from 'express'
import OpenAI from 'openai'
import { listen, modelUrl, PROMPT } from './served.ts'

/** What most teams write first: Express and the openai package as it comes, no queue, no record, nothing checked. */
const openai = new OpenAI({ baseURL: modelUrl().href, apiKey: 'none' })
const app = express()
app.use(express.json())
app.post('/run', async (request, response) => {
  const content = PROMPT + String(request.body.task_input.text)
  const answer = await openai.chat.completions.create({
    model: 'bench',
    messages: [{ role: 'user', content }],
  })
  response.json({ response: JSON.parse(answer.choices[0]?.message.content ?? '{}') })
})
listen(app)

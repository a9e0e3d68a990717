const content = JSON.stringify({ sentiment: 'positive', confidence: 0.9, topics: ['tea'] })
const message = { role: 'assistant', content, refusal: null }
const body = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 0,
  model: 'bench',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage: { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 },
})

/** What the models of the benchmark always answer. */
export const COMPLETION = {
  body,
  head: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
}

import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { sendJson } from './send-json.ts'
import { schemaInPrompt, simulateCompletion } from './simulate-completion.ts'
import { type Call, readPrompt } from './simulated-call.ts'
import { endWith } from './simulated-ending.ts'
import type { Fault } from './simulated-faults.ts'
import { simulatedImage, simulatedSound } from './simulated-media.ts'

const tokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4))

/**
 * Sends a completion of the shape that the call asks for, at once or as a stream, and with the drawn fault.
 * @param pace tokens per second; 0 for all at once
 */
export async function sendCompletion(
  response: ServerResponse,
  call: Call,
  fault: Fault | null,
  pace: number,
): Promise<void> {
  const { prompt, text: promptText, images } = readPrompt(call)
  const schema = call.response_format?.json_schema?.schema ?? schemaInPrompt(promptText)
  const whole = simulateCompletion(`${prompt}${call.seed ?? ''}`, schema)
  const ending = endWith(whole, fault, schema !== null)
  const { refusal, error, reasoningTokens } = ending
  const most = call.max_tokens ?? Number.POSITIVE_INFINITY
  const isOver = tokens(ending.text) > most
  const text = isOver ? ending.text.slice(0, most * 4) : ending.text
  const finish = isOver ? 'length' : ending.finish
  // An image of medium size costs 765 tokens at OpenAI; for text, four characters make a token.
  const promptTokens = tokens(promptText) + images * 765
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: tokens(text) + reasoningTokens,
    total_tokens: promptTokens + tokens(text) + reasoningTokens,
    ...(reasoningTokens > 0 && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  }
  const head = { id: 'chatcmpl-simulated', created: Math.floor(Date.now() / 1000), model: call.model }
  const seconds = pace > 0 ? tokens(text) / pace : 0

  if (!call.stream) {
    if (seconds > 0) await pause(seconds * 1000, undefined, { ref: false })
    const media = refusal === null ? mediaOf(call, prompt, text) : {}
    const message = { role: 'assistant', content: refusal === null ? text : null, refusal, ...media }
    const body = {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage,
      ...(error && { error }),
    }
    if (fault !== 'cut') return sendJson(response, 200, body)
    const json = JSON.stringify(body)
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
    })
    response.write(json.slice(0, json.length / 2), () => response.destroy())
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (delta: object, reason: string | null) =>
    send(response, {
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
    })
  const pieces = text.match(/[\s\S]{1,16}/g) ?? []
  for (const [index, content] of pieces.entries()) {
    if (fault === 'cut' && index >= pieces.length / 2) return void response.destroy()
    chunk(index === 0 ? { role: 'assistant', content } : { content }, null)
    if (seconds > 0) await pause((seconds * 1000) / pieces.length, undefined, { ref: false })
  }
  if (refusal !== null) chunk({ role: 'assistant', refusal }, null)
  if (error) send(response, { error })
  chunk({}, finish)
  if (call.stream_options?.include_usage)
    send(response, { ...head, object: 'chat.completion.chunk', choices: [], usage })
  response.end('data: [DONE]\n\n')
}

/** The picture or the recording that a call asks for beside the text. */
function mediaOf({ modalities = [], audio }: Call, prompt: string, text: string): object {
  if (modalities.includes('image')) {
    const url = `data:image/png;base64,${simulatedImage(prompt).toString('base64')}`
    return { images: [{ type: 'image_url', image_url: { url } }] }
  }
  const sound = modalities.includes('audio') && audio ? simulatedSound(text, audio.format) : null
  return sound
    ? { audio: { id: 'audio-simulated', data: sound.toString('base64'), transcript: text }, content: null }
    : {}
}

function send(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`)
}

import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from './system.ts'

/** A call of the model, which a test answers word by word. */
export interface SpokenCall {
  readonly body: Record<string, unknown>
  /** True for a call that asked for a stream. */
  readonly streamed: boolean
  say(text: string): void
  /** Ends the answer: of a call that asked for no stream, it is sent whole now. `finish` is for chat completions. */
  end(finish?: string): void
  fail(status: number): void
  /** Breaks the connection off. */
  cut(): void
}

/** A server of models that speaks when a test says so, and a models file with it. Calls come in their order. */
export async function speakModels(t: Cleanup, models: Readonly<Record<string, object>> = { spoken: {} }) {
  const waiting: SpokenCall[] = []
  const takers: ((call: SpokenCall) => void)[] = []
  let calls = 0
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      calls += 1
      const speak = request.url?.endsWith('/responses') ? spokenResponse : spokenCall
      const call = speak(JSON.parse(Buffer.concat(parts).toString() || '{}'), response)
      const taker = takers.shift()
      if (taker) taker(call)
      else waiting.push(call)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-spoken-'))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(dir, { recursive: true })
  })
  const file = join(dir, 'models.json')
  const servers = { s: { base_url: `http://127.0.0.1:${port}/v1`, auth: 'none' } }
  const entries = Object.entries(models).map(([name, members]) => ({ name, server: 's', ...members }))
  await writeFile(file, JSON.stringify({ servers, models: entries }))
  return {
    env: { SPLITRUN_MODELS_FILE: file },
    calls: (): number => calls,
    /** The next call of a model, now or when it comes. */
    next: (): Promise<SpokenCall> =>
      new Promise((resolve) => {
        const call = waiting.shift()
        if (call) resolve(call)
        else takers.push(resolve)
      }),
  }
}

function spokenCall(body: Record<string, unknown>, response: ServerResponse): SpokenCall {
  const streamed = body['stream'] === true
  const usage = { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 }
  let said = ''
  const chunk = (delta: object, finish: string | null, more: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`,
    )
  return {
    body,
    streamed,
    say(text) {
      said += text
      if (!streamed) return
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      chunk({ content: text }, null)
    },
    end(finish = 'stop') {
      if (streamed) {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
        chunk({}, finish, { usage })
        response.end('data: [DONE]\n\n')
        return
      }
      const message = { role: 'assistant', content: said }
      const choices = [{ index: 0, message, finish_reason: finish }]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ object: 'chat.completion', model: 'spoken', choices, usage }))
    },
    ...failing(response),
  }
}

/** The same by the Responses API. */
function spokenResponse(body: Record<string, unknown>, response: ServerResponse): SpokenCall {
  const streamed = body['stream'] === true
  let said = ''
  const send = (type: string, members: object) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`)
  }
  return {
    body,
    streamed,
    say(text) {
      said += text
      if (streamed) send('response.output_text.delta', { output_index: 0, content_index: 0, delta: text })
    },
    end() {
      const content = [{ type: 'output_text', text: said, annotations: [] }]
      const output = [{ type: 'message', role: 'assistant', content }]
      const usage = { input_tokens: 40, output_tokens: 8, total_tokens: 48 }
      const whole = { object: 'response', status: 'completed', error: null, output, usage }
      if (streamed) send('response.completed', { response: whole })
      else response.writeHead(200, { 'content-type': 'application/json' }).write(JSON.stringify(whole))
      response.end()
    },
    ...failing(response),
  }
}

const failing = (response: ServerResponse): Pick<SpokenCall, 'fail' | 'cut'> => ({
  fail(status) {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'as the test wants', code: 'test' } }))
  },
  cut: () => void response.destroy(),
})

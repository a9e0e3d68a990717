import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cleanup } from './system.ts'

export interface RecordedCall {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into requests of every shape
  readonly body: any
}

/** What a server answers to a call. */
export interface ServerAnswer {
  readonly status?: number
  /** JSON; a text goes out as it is. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A completion as a chat server sends it. */
export const chatCompletion = (content: string) => ({
  object: 'chat.completion',
  model: 'real-1',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
})

/** A server that behaves as the function says, and keeps what was posted to it. */
export async function startRecordedServer(t: Cleanup, answer: (call: RecordedCall) => ServerAnswer) {
  const calls: RecordedCall[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const call = { path: request.url ?? '', headers: request.headers, body: text ? JSON.parse(text) : {} }
    if (request.method === 'POST') calls.push(call)
    const { status = 200, body, headers = {} } = answer(call)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, calls }
}

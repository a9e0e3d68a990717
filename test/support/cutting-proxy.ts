import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Cleanup } from './system.ts'

/** Stands before an API, as a site's own server does for readers that send no token. */
export interface CuttingProxy {
  readonly url: string
  /** Statuses of all answers, with the Last-Event-ID that the caller sent. */
  readonly answers: { readonly status: number; readonly lastEventId: string | undefined }[]
  /** Breaks all connections. */
  cut(): void
}

/** Adds the token to every call; `/page` is an empty page. */
export async function startCuttingProxy(t: Cleanup, target: string, token: string): Promise<CuttingProxy> {
  const answers: CuttingProxy['answers'] = []
  const sockets = new Set<Socket>()
  const server = createServer((asked, response) => {
    if (asked.url === '/page') {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>readers</title>')
      return
    }
    const headers = { ...asked.headers, authorization: `Bearer ${token}`, connection: 'close' }
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers }, (answer) => {
      const status = answer.statusCode ?? 0
      answers.push({ status, lastEventId: asked.headers['last-event-id'] as string | undefined })
      response.writeHead(status, answer.headers)
      response.flushHeaders()
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  t.after(async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answers, cut }
}

import { createServer, request } from 'node:http'
import { openPort } from '../../../src/http/port/open-port.ts'
import type { Cleanup } from '../system.ts'

/** A proxy that has a server under a prefix, which it takes away. Returns where that is, without a slash at the end. */
export async function startPrefixProxy(t: Cleanup, target: string, prefix: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    if (!url.startsWith(`${prefix}/`)) return void outgoing.writeHead(404).end()
    const forwarded = request(target + url.slice(prefix.length), { method, headers, agent: false })
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  const port = await openPort(server, '127.0.0.1', 0)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}${prefix}`
}

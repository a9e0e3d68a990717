import { createServer, request as send } from 'node:http'
import { MARKER_NAME } from '../../../src/files/home-marker.ts'
import type { Cleanup } from '../system.ts'

export interface FlippingProxy {
  readonly url: string
  /**
   * So many files that come from the server are changed from now on, in one byte. Not the marker, which processes read
   * in their own time: it would come in between, or take a worker out of work.
   */
  flip(bodies: number): void
}

/** Between a client and a server: passes all on, and changes a byte of bodies that were asked for. */
export async function startFlippingProxy(t: Cleanup, target: string): Promise<FlippingProxy> {
  const { hostname, port } = new URL(target)
  let left = 0
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const passed = send({ hostname, port, method, path, headers }, (answer) => {
      const isFile = method === 'GET' && answer.statusCode === 200 && !path?.includes(MARKER_NAME)
      const changing = isFile && left > 0
      if (changing) left -= 1
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      let first = changing
      answer.on('data', (chunk: Buffer) => {
        if (first && chunk.length > 0) chunk[0] = (chunk[0] ?? 0) ^ 1
        first = false
        outgoing.write(chunk)
      })
      answer.on('end', () => outgoing.end())
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const address = server.address()
  const own = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${own}`,
    flip(bodies) {
      left = bodies
    },
  }
}

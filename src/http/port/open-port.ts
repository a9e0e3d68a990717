import type { Server } from 'node:http'

/** More callers than the usual 511 may arrive at the same moment. */
const BACKLOG = 4096

/** Listens, and resolves with the port: the one asked for, or any free one for 0. Rejects when it is taken. */
export async function openPort(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, BACKLOG, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

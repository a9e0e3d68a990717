import type { Server } from 'node:http'

/** More callers than the usual 511 may arrive at the same moment. */
const BACKLOG = 4096

/** A failure to listen, whatever call it was of: not to find Redis is another matter. */
const noAddress = (host: string, cause: NodeJS.ErrnoException): Error =>
  Object.assign(new Error(`listen ${cause.code}: HOST ${host} has no address here`, { cause }), {
    syscall: 'listen',
  })

/**
 * Listens, and resolves with the port: the one asked for, or any free one for 0. Rejects when it is taken, or the host has no
 * address.
 */
export async function openPort(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.syscall === 'getaddrinfo' ? noAddress(host, error) : error),
    )
    server.listen(port, host, BACKLOG, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

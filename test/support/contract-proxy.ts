import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Contract, LEAST_OF_A_STREAM, STREAM } from './contract.ts'

/** Bears what an answer broke; the answer itself goes through as it came. */
export const VIOLATION_HEADER = 'x-contract-violation'

export interface ContractProxy {
  readonly url: string
  /** Everything that was broken so far. */
  readonly violations: readonly string[]
  close(): Promise<void>
}

/** What was sent, as the document speaks of it. */
function decoded(sent: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(sent)
  return encoding === 'br' ? brotliDecompressSync(sent) : sent
}

/**
 * Stands between clients and the server at `target`, and holds every answer against the contract. Requests go through
 * byte for byte, wrong ones too: it is the server that is checked.
 */
export async function startContractProxy(target: string, contract: Contract): Promise<ContractProxy> {
  const violations: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming
    const forwarded = request(target + url, { method, headers: incoming.rawHeaders, agent: false })
    let answered = false
    forwarded.on('response', async (answer) => {
      answered = true
      // What the server did not wait for is dropped, so that its answer reaches a client that still sends.
      incoming.unpipe(forwarded)
      incoming.resume()
      if (answer.headers['content-type'] === STREAM) {
        const { statusCode: status = 0, headers } = answer
        const broken = contract.check({ method, url, status, headers, body: LEAST_OF_A_STREAM })
        violations.push(...broken.map((each) => `${method} ${url} ${status}: ${each}`))
        outgoing.writeHead(status, answer.rawHeaders)
        outgoing.flushHeaders()
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
        return
      }
      const parts: Buffer[] = []
      try {
        for await (const part of answer) parts.push(part)
      } catch {
        outgoing.destroy()
        return
      }
      const sent = Buffer.concat(parts)
      const { statusCode: status = 0, headers } = answer
      const body = decoded(sent, headers['content-encoding'])
      const broken = contract.check({ method, url, status, headers, body })
      const told = broken.map((each) => `${method} ${url} ${status}: ${each}`)
      violations.push(...told)
      outgoing.writeHead(status, [
        ...answer.rawHeaders,
        ...(told.length > 0 ? [VIOLATION_HEADER, encodeURIComponent(told.join('\n'))] : []),
      ])
      outgoing.end(sent)
    })
    forwarded.on('error', () => {
      if (!answered) outgoing.destroy()
    })
    // A client that leaves is seen to leave.
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  // The server's word goes through to the client: a connection lasts at least as long as that says.
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    violations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

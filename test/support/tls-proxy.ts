import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { openPort } from '../../src/http/port/open-port.ts'
import type { Cleanup } from './system.ts'

export interface TlsProxy {
  /** `localhost:port`. */
  readonly host: string
  /** File with the certificate, made for this proxy alone, that a client has to trust. */
  readonly certificate: string
}

/** Serves over https what is at `url`, as a proxy in front of the API does. */
export async function startTlsProxy(t: Cleanup, url: string): Promise<TlsProxy> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-tls-'))
  const certificate = join(dir, 'certificate.pem')
  await writeFile(certificate, cert)
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    const { method = 'GET', headers } = incoming
    const forwarded = { ...headers, 'x-forwarded-for': incoming.socket.remoteAddress ?? '' }
    const onward = request(`${url}${incoming.url}`, { method, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  t.after(async () => {
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    await rm(dir, { recursive: true, force: true })
  })
  return { host: `localhost:${await openPort(server, 'localhost', 0)}`, certificate }
}

import { getCACertificates } from 'node:tls'
import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import type { ModelServer, ServerTransport } from '../../model-server.ts'
import { openStreamPool } from './stream-pool.ts'

/** Largest head of a response, in bytes: some gateways tell much in theirs. */
const MOST_HEADER_BYTES = 65_536

/**
 * The connections to a server, straight or through its proxy.
 * @param maxBytes longest response as it travels, in bytes
 * @param kind `streams`: reading may be paused, unless there is a proxy between (see `openStreamPool`)
 */
export function openDispatcher(
  { baseUrl, transport }: ModelServer,
  maxBytes: number,
  kind: 'any' | 'streams' = 'any',
): Dispatcher {
  const tls = transport && Object.keys(transport.tls).length > 0 ? certificates(transport.tls) : null
  const options = {
    // As many as a process may have runs at once: none may wait here, where nothing sees it.
    connections: 10_000,
    keepAliveTimeout: 30_000,
    // The time-out of the whole call is the only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MOST_HEADER_BYTES,
    maxResponseSize: maxBytes,
    allowH2: false,
    ...(tls && { connect: tls }),
  }
  const { origin, protocol } = new URL(baseUrl)
  const proxy = transport?.proxy
  const url = protocol === 'https:' ? proxy?.https : proxy?.http
  if (!proxy || !url)
    return kind === 'streams' ? openStreamPool(origin, options, tls) : new Pool(origin, options)
  return new EnvHttpProxyAgent({
    ...options,
    // Where it needs no tunnel, the agent would make pools without these options; what it gives goes before them.
    factory: (to, given) => new Pool(to, { ...options, ...given }),
    ...(tls && { requestTls: tls }),
    // Both, and no other: where one is missing, the agent takes the other one, or reads the environment by itself.
    httpProxy: url,
    httpsProxy: url,
    noProxy: proxy.except,
  })
}

/** Authorities of one server are trusted beside the usual ones, which `ca` alone would replace. */
function certificates({ ca, ...own }: ServerTransport['tls']) {
  return { ...own, ...(ca ? { ca: [...getCACertificates('default'), ca] } : {}) }
}

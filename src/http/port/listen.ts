import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import { REASONS, type Reason } from '../../platform/errors.ts'
import { openPort } from './open-port.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Bytes of a request's head. */
  readonly headerLimit: number
  /** Seconds to send a whole request, and for an answer to be read on in. */
  readonly requestTimeout: number
  /** Seconds that a connection may stay without a request. */
  readonly keepAlive: number
  readonly connectionsMax: number
}

export interface RunningServer {
  readonly port: number
  /** Stops accepting, and resolves when the last answer is out. */
  close(): Promise<void>
}

/** Seconds for the head of a request: an honest client sends it in one piece. */
const HEAD_TIMEOUT = 20
/** Seconds between two looks at the clocks of all connections. */
const CHECK_EVERY = 5
/** For so long a connection that was refused stays open for its answer to be read. */
const LINGER_MS = 2000

/**
 * Listens, and bounds what a client can take: connections, the size of a head, the time to send a request, and the
 * time without a byte of the answer read. Whoever waits for a run is bounded by that wait alone. What is no HTTP is
 * answered with JSON like everything else.
 */
export async function listen(app: Express, options: ListenOptions): Promise<RunningServer> {
  const { requestTimeout } = options
  const server: Server = createServer({
    IncomingMessage: bornAs(IncomingMessage, app.request),
    ServerResponse: bornAs(ServerResponse, app.response),
    maxHeaderSize: options.headerLimit,
    requestTimeout: requestTimeout * 1000,
    headersTimeout: Math.min(requestTimeout, HEAD_TIMEOUT) * 1000,
    connectionsCheckingInterval: Math.min(requestTimeout / 4, CHECK_EVERY) * 1000,
    keepAliveTimeout: options.keepAlive * 1000,
    // The application refuses a request without one, in its own words.
    requireHostHeader: false,
  })
  server.maxConnections = options.connectionsMax
  const answers = new WeakMap<Duplex, ServerResponse>()
  const refused = new WeakSet<Duplex>()
  let inFlight = 0
  let closing = false
  const closeIfDone = (): void => {
    // A connection that never sent a request is not idle to Node, and would keep the server open.
    if (closing && inFlight === 0) server.closeAllConnections()
  }
  server.on('request', (request, response) => {
    inFlight += 1
    answers.set(request.socket, response)
    if (closing) response.setHeader('Connection', 'close')
    // The socket's timer begins anew with every byte that the client takes, and destroys the socket when it ends.
    const boundReading = () => response.socket?.setTimeout(requestTimeout * 1000)
    response.once('pipe', boundReading).once('prefinish', boundReading)
    response.once('close', () => {
      inFlight -= 1
      closeIfDone()
    })
    app(request, response)
  })
  // What else a client expects is none of our business; Node would refuse it with no body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (_request, socket) => refuse(socket, 'METHOD_NOT_ALLOWED', 'This is no proxy.'))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Every further piece of what cannot be read is one more error.
    if (refused.has(socket)) return
    refused.add(socket)
    const answer = answers.get(socket)
    // Half an answer cannot be taken back.
    if (answer?.headersSent && !answer.writableFinished) socket.destroy()
    else refuse(socket, ...understand(error.code))
  })
  return {
    port: await openPort(server, options.host, options.port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        closing = true
        closeIfDone()
      }),
  }
}

/**
 * A class like `base` whose instances have the prototype that Express would give them: changing it later, as Express
 * does, makes each of them slow for all its life.
 */
function bornAs<T extends typeof IncomingMessage | typeof ServerResponse>(base: T, prototype: object): T {
  function Born(...args: unknown[]): object {
    return Reflect.construct(base, args, Born)
  }
  Born.prototype = prototype
  return Born as unknown as T
}

function understand(code: string | undefined): [Reason, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['HEADERS_TOO_LARGE', "The request's head is too large."]
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return ['BODY_TOO_LARGE', 'The body is too large.']
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['REQUEST_TIMEOUT', 'The request took too long to arrive.']
  return ['MALFORMED_REQUEST', 'The request cannot be read.']
}

const PHRASES: Partial<Record<Reason, string>> = {
  METHOD_NOT_ALLOWED: 'Method Not Allowed',
  REQUEST_TIMEOUT: 'Request Timeout',
  BODY_TOO_LARGE: 'Payload Too Large',
  HEADERS_TOO_LARGE: 'Request Header Fields Too Large',
}

/** Answers over the bare connection, and closes it. */
function refuse(socket: Duplex, reason: Reason, message: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ detail: { reason, message } })
  socket.end(
    `HTTP/1.1 ${REASONS[reason]} ${PHRASES[reason] ?? 'Bad Request'}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
  // A client that goes on sending would otherwise keep the connection; one that is cut off at once may miss the answer.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher, Pool } from 'undici'

/** What a request is sent on. */
export interface Connection {
  /** The latest one; null before the first. */
  readonly socket: Socket | null
}

/** A handler of a request that wants to know the connection that its response comes on. */
export interface KnowsConnection extends Dispatcher.DispatchHandler {
  onConnection(connection: Connection): void
}

/** One for all sockets, since what was read is copied out of it before anything else is read. */
const READ_INTO = Buffer.allocUnsafeSlow(65_536)

/** Sockets with a buffer of their own stop reading when they are paused; any other goes on until it has enough. */
const ONREAD = {
  buffer: READ_INTO,
  callback(this: Socket, size: number): boolean {
    return this.push(Buffer.from(READ_INTO.subarray(0, size)))
  },
}

/**
 * Connections from which reading may be paused by handlers that are `KnowsConnection`. They have to be resumed before a
 * response ends.
 * @param tls certificates, where they are not the usual ones
 */
export function openStreamPool(origin: string, options: Pool.Options, tls: object | null): Pool {
  const connect = buildConnector({ ...tls, allowH2: false, onread: ONREAD } as buildConnector.BuildOptions)
  return new Pool(origin, {
    ...options,
    factory: (to, given) => new StreamClient(to, given as Client.Options, connect),
  })
}

class StreamClient extends Client {
  readonly #connection: Connection

  constructor(origin: URL, options: Client.Options, connect: buildConnector.connector) {
    const connection: { socket: Socket | null } = { socket: null }
    super(origin, {
      ...options,
      connect: (to, done) =>
        connect(to, (...outcome) => {
          connection.socket = outcome[1]
          done(...outcome)
        }),
    })
    this.#connection = connection
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (knowsConnection(handler)) handler.onConnection(this.#connection)
    return super.dispatch(options, handler)
  }
}

const knowsConnection = (handler: Dispatcher.DispatchHandler): handler is KnowsConnection =>
  'onConnection' in handler

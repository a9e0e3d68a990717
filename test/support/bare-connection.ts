import { connect, type Socket } from 'node:net'

/** A connection on which a test says what no proper client would. */
export interface BareConnection {
  readonly socket: Socket
  send(text: string): void
  /** All that came until the server closed the connection. */
  readonly ended: Promise<string>
  /** Resolves with what has come as soon as that matches. */
  received(pattern: RegExp): Promise<string>
}

/** Connects to a port of this machine; whatever is left of it when the test ends is closed. */
export function openBareConnection(
  t: { after(clean: () => void): void },
  port: number | string,
): BareConnection {
  const socket = connect(Number(port), '127.0.0.1')
  socket.setEncoding('latin1')
  let text = ''
  socket.on('data', (part) => {
    text += part
  })
  // A reset is one of the ways in which a server closes; what came before it counts.
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  t.after(() => socket.destroy())
  return {
    socket,
    ended,
    send: (more) => void socket.write(more, 'latin1'),
    received: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(text)) resolve(text)
        }
        look()
        socket.on('data', look)
        void ended.then(() => reject(new Error(`closed without ${pattern}: ${text.slice(0, 500)}`)))
      }),
  }
}

/** Takes an answer apart; its body has to be JSON. */
export function readOutput(text: string): { status: number; head: string; body: unknown } {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(rest.join('\r\n\r\n')) }
}

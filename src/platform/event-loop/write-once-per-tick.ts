import type { Redis } from 'ioredis'
import { atEndOfTick } from './end-of-tick.ts'

/**
 * Sends all that one tick of the event loop asks for with one write. Many runs end and begin within a tick of a busy
 * process, and a system call costs more than the command that it carries, on either side.
 */
export function writeOncePerTick(stream: Redis['stream']): void {
  const write = stream.write.bind(stream)
  const end = stream.end.bind(stream)
  let pending = ''
  const flush = (): void => {
    const text = pending
    pending = ''
    if (text !== '') write(text)
  }
  stream.write = ((data: string | Buffer) => {
    if (typeof data !== 'string') {
      flush()
      return write(data)
    }
    if (pending === '') atEndOfTick(flush)
    pending += data
    return true
  }) as typeof write
  stream.end = ((...last: []) => {
    flush()
    return end(...last)
  }) as typeof end
}

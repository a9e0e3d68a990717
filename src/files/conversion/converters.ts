import { ANYBODY, type Asker, createTurns } from '../../platform/turns.ts'
import { filesUnavailable } from '../files-unavailable.ts'
import {
  type Converter,
  type ConverterLimits,
  type ConverterProgram,
  type ConverterReply,
  startConverter,
} from './start-converter.ts'

export interface ConvertersOptions extends ConverterLimits {
  readonly program: ConverterProgram
  /** What they convert, for messages: `images`. */
  readonly what: string
  /** How many files are converted at a time, each in a process of its own. */
  readonly most: number
  /** A process that has answered with such a frame is ended: what it was given may still be at work in it. */
  readonly endAfter?: readonly number[]
}

/** Processes are ended by the machine, and not for a limit of ours: it is short of memory, whatever the file is. */
export class ConverterKilled extends Error {
  override readonly name = 'ConverterKilled'
}

export type Converted = Exclude<ConverterReply, { died: string }> | { readonly died: 'late' | 'crashed' }

export interface Converters {
  /**
   * Has a file converted: what the process said, or how it died of the file.
   * @throws {ConverterKilled}; {ApiError} FILES_UNAVAILABLE when no process can be started; the reason of
   *   the asker's signal, at once, and the process ends
   */
  ask(kind: number, bytes: Buffer, by?: Asker): Promise<Converted>
  /** Ends them, also in the middle of a file. */
  close(): Promise<void>
}

/** A process that nobody needs is ended after so long. */
const IDLE_MS = 60_000
/** A process that was killed may have been the victim of another one. */
const MOST_TRIES = 2

/** Starts nothing before the first file. */
export function createConverters(options: ConvertersOptions): Converters {
  const turns = createTurns(options.most)
  const all = new Set<Converter>()
  const idle = new Map<Converter, NodeJS.Timeout>()
  /** Those that have converted a file before. */
  const used = new WeakSet<Converter>()
  let closed = false

  function start(): Converter {
    if (closed) throw new ConverterKilled('this process is stopping')
    const converter = startConverter(options.program, options)
    all.add(converter)
    const forget = (): void => {
      all.delete(converter)
      clearTimeout(idle.get(converter))
      idle.delete(converter)
    }
    converter.ended.then(forget, forget)
    return converter
  }

  function take(): Converter {
    const [converter] = idle.keys()
    if (!converter) return start()
    clearTimeout(idle.get(converter))
    idle.delete(converter)
    return converter
  }

  async function convert(
    kind: number,
    bytes: Buffer,
    signal: AbortSignal,
    { tries = 1, fresh = false } = {},
  ): Promise<Converted> {
    signal.throwIfAborted()
    const converter = fresh ? start() : take()
    const stop = () => converter.kill()
    signal.addEventListener('abort', stop, { once: true })
    const reply = await converter.ask(kind, bytes).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) {
      converter.kill()
      throw signal.reason
    }
    if ('died' in reply) {
      // It may have died of what the files before had left in its memory.
      if (reply.died === 'crashed' && used.has(converter))
        return convert(kind, bytes, signal, { tries, fresh: true })
      if (reply.died !== 'killed') return { died: reply.died }
      if (tries < MOST_TRIES) return convert(kind, bytes, signal, { tries: tries + 1 })
      throw new ConverterKilled(`processes that convert ${options.what} are killed: is there enough memory?`)
    }
    used.add(converter)
    if (options.endAfter?.includes(reply.kind)) converter.kill()
    else idle.set(converter, setTimeout(() => converter.kill(), IDLE_MS).unref())
    return reply
  }

  return {
    ask: (kind, bytes, by = ANYBODY) =>
      turns.take(by, async () => {
        try {
          return await convert(kind, bytes, by.signal)
        } catch (error) {
          if (by.signal.aborted || error instanceof ConverterKilled) throw error
          throw filesUnavailable(error, `The ${options.what} cannot be converted now.`)
        }
      }),
    async close() {
      closed = true
      for (const converter of all) converter.kill()
      await Promise.allSettled([...all].map(({ ended }) => ended))
    },
  }
}

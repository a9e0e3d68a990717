import type { Logger } from './logger.ts'

interface Closer {
  readonly name: string
  readonly close: () => Promise<unknown> | unknown
}

/**
 * Closes what a process has opened, in reverse order. The code that opens something registers its closer on the next
 * line, so that none is forgotten in a list elsewhere.
 */
export class Lifecycle {
  readonly #closers: Closer[] = []
  readonly #log: Logger
  #closing: Promise<void> | null = null

  constructor(log: Logger) {
    this.#log = log
  }

  /** Registers a closer; the last one registered is the first one called. */
  onClose(name: string, close: Closer['close']): void {
    this.#closers.push({ name, close })
  }

  /**
   * Closes everything once; later calls wait for the same closing. When a closer fails, the error is logged, and the
   * others are still called. Never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#closers.toReversed()) {
      try {
        await close()
      } catch (error) {
        this.#log.error({ err: error, closer: name }, 'closing failed')
      }
    }
  }
}

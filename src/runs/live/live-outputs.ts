import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../platform/logger.ts'
import type { Claim } from '../store/claim.ts'
import type { Emitted, EmittedPiece, LiveTexts } from '../store/live-texts.ts'
import { LiveOutput } from './live-output.ts'

/** What is due within this time of the latest sending goes together, in ms: for all runs of a shard with one script. */
const TICK_MS = 8
/** While Redis is away, it is tried again after this time, in ms. */
const RETRY_MS = 500
/** Most runs, and most characters, of one script: while Redis executes it, it does nothing else. */
const BATCH = 64
const BATCH_CHARS = 262_144
/**
 * How long the end of a run waits for its text to be sent, in ms: the text is worth less than the end. While Redis is away
 * or slow that costs nothing, since the end cannot be stored either; but it may refuse the text alone.
 */
const FLUSH_MS = 10_000
/** The same for a run that goes back to the queue: then its text is void. */
const FLUSH_VOID_MS = 1000
/** What could not be sent, or has to go once more as a whole, is sent again after this time, in ms. */
const FLUSH_AGAIN_MS = 50

export type LiveOutputs = ReturnType<typeof createLiveOutputs>

/**
 * Sends what models say to those who watch their runs, for all runs of this worker process. Nothing waits for it but the
 * end of a live run, for a moment. While Redis is away texts wait here, and go whole afterwards.
 */
export function createLiveOutputs({
  runs,
  log,
  responseLimit,
}: {
  runs: Pick<LiveTexts, 'emit'>
  log: Logger
  /** Bytes. */
  responseLimit: number
}) {
  const shards = new Map<number, Sender>()

  class Sender {
    readonly #shard: number
    readonly #pending = new Set<LiveOutput>()
    #timer: NodeJS.Timeout | null = null
    #timerAt = 0
    #latest = 0
    #sending: Promise<void> | null = null

    constructor(shard: number) {
      this.#shard = shard
    }

    add(output: LiveOutput): void {
      this.#keep(output)
      if (!this.#sending) this.#wakeAt(output.due)
    }

    /** Sends all that an output has, whether or not it is due; again and again while Redis cannot be reached, for a moment. */
    async flush(output: LiveOutput, ms: number): Promise<void> {
      const end = performance.now() + ms
      while (output.hasNews && performance.now() < end) {
        // Before the wait, so that all that end meanwhile go together.
        output.due = 0
        this.#keep(output)
        await this.#sending
        if (output.hasNews) await this.#send()
        if (output.hasNews) await pause(FLUSH_AGAIN_MS)
      }
    }

    remove(output: LiveOutput): void {
      this.#pending.delete(output)
      output.isPending = false
    }

    #keep(output: LiveOutput): void {
      this.#pending.add(output)
      output.isPending = true
    }

    #schedule(): void {
      let due = Number.POSITIVE_INFINITY
      for (const output of this.#pending) due = Math.min(due, output.due)
      if (this.#pending.size > 0) this.#wakeAt(due)
    }

    #wakeAt(due: number): void {
      const at = Math.max(due, this.#latest + TICK_MS)
      if (this.#timer && this.#timerAt <= at) return
      clearTimeout(this.#timer ?? undefined)
      this.#timerAt = at
      const timer = setTimeout(
        // Answers that are read again from this moment on are read first: see `READ_MS` of `live-output.ts`.
        () =>
          setImmediate(() => {
            if (this.#timer === timer) this.#timer = null
            void this.#send()
          }),
        Math.max(0, Math.ceil(at - performance.now())),
      )
      this.#timer = timer
    }

    #send(): Promise<void> {
      this.#latest = performance.now()
      const outputs = [...this.#pending].filter(({ due }) => due <= this.#latest)
      this.#sending ??= this.#sendAll(outputs).finally(() => {
        this.#sending = null
        this.#schedule()
      })
      return this.#sending
    }

    async #sendAll(outputs: readonly LiveOutput[]): Promise<void> {
      let batch: [LiveOutput, EmittedPiece][] = []
      let chars = 0
      for (const output of outputs) {
        const piece = output.take()
        if (piece) {
          batch.push([output, piece])
          chars += piece.text.length
        }
        if (!output.hasNews) this.remove(output)
        if (batch.length >= BATCH || chars >= BATCH_CHARS) {
          await this.#emit(batch)
          batch = []
          chars = 0
        }
      }
      if (batch.length > 0) await this.#emit(batch)
    }

    async #emit(batch: readonly [LiveOutput, EmittedPiece][]): Promise<void> {
      let outcomes: (Emitted | null)[] = []
      try {
        outcomes = await runs.emit(
          this.#shard,
          batch.map(([, piece]) => piece),
        )
      } catch (error) {
        log.debug({ err: error, shard: this.#shard }, 'what models say could not be sent')
      }
      batch.forEach(([output], at) => {
        output.sent(outcomes[at] ?? null)
        if (outcomes[at] === undefined) output.due = performance.now() + RETRY_MS
        if (output.hasNews) this.#keep(output)
        else this.remove(output)
      })
    }
  }

  function senderOf(shard: number): Sender {
    const known = shards.get(shard) ?? new Sender(shard)
    shards.set(shard, known)
    return known
  }

  return {
    /** What a claimed run says, for those who watch it; null where nobody wants to. */
    open: (claim: Claim): LiveOutput | null =>
      claim.live
        ? new LiveOutput(claim, responseLimit, (output) => senderOf(output.shard).add(output))
        : null,

    /**
     * The claim is about to end: sends what is left, if that is possible within a moment.
     * @param rest what becomes of it: `needed` with the end of the run; `told` by that end itself, so that nothing is
     *   sent; `void`, since the run goes back to the queue
     */
    async close(output: LiveOutput, rest: 'needed' | 'told' | 'void'): Promise<void> {
      const sender = senderOf(output.shard)
      if (rest !== 'told' && output.hasNews) {
        const ms = rest === 'needed' ? FLUSH_MS : FLUSH_VOID_MS
        let timer: NodeJS.Timeout | undefined
        const late = new Promise((resolve) => {
          timer = setTimeout(resolve, ms)
        })
        await Promise.race([sender.flush(output, ms), late])
        clearTimeout(timer)
      }
      sender.remove(output)
    },
  }
}

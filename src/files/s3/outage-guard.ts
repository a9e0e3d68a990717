import type { Logger } from '../../platform/logger.ts'
import { S3Away, S3Failure } from './s3-failure.ts'

export interface OutageGuard {
  /**
   * Does a piece of work. While the storage is away, one piece at a time is tried, and all others fail at once with what
   * that one met: otherwise everything that needs a file would wait for the full timeout, and hold a place meanwhile.
   * @param work is told how often it may try
   */
  run<T>(work: (attempts: number) => Promise<T>): Promise<T>
}

export function createOutageGuard(options: {
  readonly attempts: number
  readonly name: string
  readonly log: Logger
}): OutageGuard {
  const { attempts, name, log } = options
  let outage: S3Away | null = null
  let trying = false
  let succeeded = Number.NEGATIVE_INFINITY

  function begin(away: S3Away): void {
    if (!outage) log.error({ err: away }, `${name} is away: what needs files is refused or deferred`)
    outage = away
  }
  function end(): void {
    succeeded = performance.now()
    if (outage) log.info(`${name} is back`)
    outage = null
  }

  return {
    async run(work) {
      if (outage && trying) throw outage
      const isTrial = outage !== null
      if (isTrial) trying = true
      const began = performance.now()
      try {
        const result = await work(isTrial ? 1 : attempts)
        end()
        return result
      } catch (error) {
        // Others may have succeeded meanwhile: then it was this one's bad luck.
        if (error instanceof S3Away && succeeded < began) begin(error)
        else if (error instanceof S3Failure && error.wasAnswered) end()
        throw error
      } finally {
        if (isTrial) trying = false
      }
    },
  }
}

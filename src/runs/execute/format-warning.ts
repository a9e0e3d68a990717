import type { Logger } from '../../platform/logger.ts'
import type { Dequeued } from '../store/claim.ts'

/** Warns of runs that were stored in formats that this version does not know: once of each format. */
export function createFormatWarning(log: Logger): (unknown: Dequeued['unknown']) => void {
  const told = new Set<string>()
  return (unknown) => {
    for (const { id, format } of unknown) {
      if (told.has(format)) continue
      told.add(format)
      log.warn(
        { run_id: id, format },
        'runs were stored by a newer version: they are left to its workers. Is one running?',
      )
    }
  }
}

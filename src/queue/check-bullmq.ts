import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The versions of BullMQ that `test/integration/queue` has passed with. Our scripts use its keys, which may change with
 * any of its releases.
 */
export const TESTED_BULLMQ: readonly string[] = ['6.7.0']

/** The installed version of BullMQ is not one that our scripts were tested with. */
export class UntestedBullmqError extends Error {
  override readonly name = 'UntestedBullmqError'
}

/** The version of BullMQ that is installed. */
export function installedBullmq(): string {
  const entry = fileURLToPath(import.meta.resolve('bullmq'))
  const root = entry.slice(0, entry.lastIndexOf('bullmq') + 'bullmq'.length)
  return (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }).version
}

/**
 * Makes sure that our scripts were tested with the installed version of BullMQ.
 * @throws {UntestedBullmqError} for an untested version, unless it is `allowed`
 */
export function checkBullmq(allowed: boolean, version = installedBullmq()): void {
  if (allowed || TESTED_BULLMQ.includes(version)) return
  throw new UntestedBullmqError(
    `BullMQ ${version} is installed, and Splitrun was tested with ${TESTED_BULLMQ.join(', ')} only: ` +
      'its scripts work on the keys of BullMQ. Install that version, or set SPLITRUN_UNTESTED_BULLMQ=true.',
  )
}

import { join } from 'node:path'
import { fetchDebianProgram } from '../../src/platform/embedded-redis/fetch-debian-program.ts'
import { findOnPath } from '../../src/platform/embedded-redis/find-on-path.ts'
import { createLogger } from '../../src/platform/logger.ts'

const DATA = join(import.meta.dirname, '../../.splitrun')

/** A program that a test starts, and what its environment has to hold beside the test's own. */
export interface Program {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * A program of other people's that tests need: the one on the PATH, else Debian's, fetched into the repository's data
 * folder once.
 * @param path where it stands in its package
 */
export async function debianProgram(name: string, path?: string): Promise<Program> {
  const found = await findOnPath(name)
  if (found) return { command: found, env: {} }
  try {
    return await fetchDebianProgram(name, join(DATA, name), createLogger('info'), path)
  } catch (cause) {
    throw new Error(`The tests need ${name} on the PATH, or apt-get: ${(cause as Error).message}`, { cause })
  }
}

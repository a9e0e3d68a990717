import { join } from 'node:path'
import { fetchDebianProgram } from '../../src/platform/embedded-redis/fetch-debian-program.ts'
import { findOnPath } from '../../src/platform/embedded-redis/find-on-path.ts'
import { createLogger } from '../../src/platform/logger.ts'

/** The repository's own data folder: what is fetched for the tests is fetched once. */
export const DATA = join(import.meta.dirname, '../../.splitrun')

/** A program that a test starts, and what its environment has to hold beside the test's own. */
export interface Program {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * A program of other people's that tests need: the one on the PATH, else Debian's, fetched into the repository's data
 * folder once. To be asked for in `programs/`, where it is fetched before any test's time limit runs.
 * @param path where it stands in its package
 */
export async function debianProgram(name: string, path?: string): Promise<Program> {
  const found = await findOnPath(name)
  return found ? { command: found, env: {} } : unpackedProgram(name, path)
}

/** The same, but always Debian's. */
export async function unpackedProgram(
  name: string,
  path?: string,
  packages?: readonly string[],
): Promise<Program> {
  try {
    return await fetchDebianProgram(name, join(DATA, name), createLogger('info'), path, packages)
  } catch (cause) {
    throw new Error(`The tests need ${name} from Debian, or on the PATH: ${(cause as Error).message}`, {
      cause,
    })
  }
}

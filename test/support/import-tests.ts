import { globSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'node:test'
import { wantSpares } from './spare-redis.ts'
import { takeFile } from './taken-files.ts'

const ROOT = join(import.meta.dirname, '..')

/** Folders whose files share processes. What takes long is begun first: all wait for what ends last. */
export const SHARED_FOLDERS = ['e2e', 'api', 'integration', 'unit']

/** Of a suite that is still being loaded, the runner does not yet know whether it has a test that is wanted. */
const isFiltering = process.execArgv.some((each) => /^--test-(only|(name|skip)-pattern)/.test(each))

/**
 * Runs test files in this process, one after the other, until no process of this run has any left to begin. A process of
 * its own costs a file more than most of its tests do: all code is loaded there, and cold.
 */
export async function importTests(): Promise<void> {
  // The runner ends a process that waits for nothing, also where a test does so between two of its steps.
  const more = setInterval(() => {}, 60_000)
  for (const folder of SHARED_FOLDERS) {
    for (const file of globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort()) {
      if (!takeFile(file)) continue
      wantSpares(folder !== 'e2e')
      const load = async () => void (await import(join(ROOT, file)))
      await (isFiltering ? load() : suite(file, load))
    }
  }
  clearInterval(more)
}

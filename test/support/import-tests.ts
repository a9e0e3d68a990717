import { globSync } from 'node:fs'
import { join } from 'node:path'
import { wantSpares } from './spare-redis.ts'

const ROOT = join(import.meta.dirname, '..')

/**
 * Runs the test files of some folders in this one process, one test after the other. A process of its own costs a file
 * more than most of its tests do: all code is loaded there, and cold. `part` of `of` shares them out over processes, file
 * by file, so that each has as many of every folder.
 */
export async function importTests(
  folders: readonly string[],
  { part, of } = { part: 1, of: 1 },
): Promise<void> {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort())
  wantSpares()
  const own = files.filter((_, at) => at % of === part - 1)
  await Promise.all(own.map((file) => import(join(ROOT, file))))
}

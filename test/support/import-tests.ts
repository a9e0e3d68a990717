import { globSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/**
 * Runs the test files of a folder in this one process, one test after the other. A process of its own costs a file more
 * than most of its tests do: all code is loaded there, and cold. `part` of `of` shares a folder out over processes.
 */
export async function importTests(folder: string, { part, of } = { part: 1, of: 1 }): Promise<void> {
  const files = globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort()
  const own = files.filter((_, at) => at % of === part - 1)
  await Promise.all(own.map((file) => import(join(ROOT, file))))
}

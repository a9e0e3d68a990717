import { globSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/**
 * Runs test files in this one process, one test after the other: what they share is loaded once, and is warm from the
 * second file on. With `of`, only every so manyth file from `part` on, so that several processes share a folder.
 */
export async function importTests(folder: string, { part, of } = { part: 1, of: 1 }): Promise<void> {
  const files = globSync(`${folder}/**/*.test.ts`, { cwd: ROOT }).sort()
  const own = files.filter((_, at) => at % of === part - 1)
  await Promise.all(own.map((file) => import(join(ROOT, file))))
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the processes of one run tell each other which test files they have. */
const TAKEN_FILES = 'SPLITRUN_TEST_TAKEN_FILES'

/** From now on the processes that this one starts share all files: each file is taken once. */
export function shareFiles(dir: string): void {
  mkdirSync(dir)
  process.env[TAKEN_FILES] = dir
}

/** Whether nobody of this run has taken that file; then this process has. Alone, a process may take any. */
export function takeFile(file: string, dir = process.env[TAKEN_FILES]): boolean {
  if (!dir) return true
  try {
    writeFileSync(join(dir, encodeURIComponent(file)), '', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

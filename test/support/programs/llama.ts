import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DATA } from '../debian-program.ts'

/** An exact version: the engine's own files come with it. */
const VERSION = '3.22.1'
const DIR = join(DATA, 'llama')
const FETCH_MS = 300_000

/**
 * llama.cpp, fetched into the repository's data folder once: 85 MB, which is too much for everybody who installs this
 * project. Only the engine for this machine's processor is fetched, and nothing is built. Returns the file to import, and a
 * folder for models.
 */
export async function findProgram(): Promise<{ readonly module: string; readonly dir: string }> {
  const module = join(DIR, 'node_modules/node-llama-cpp/dist/index.js')
  if (!existsSync(module)) {
    await mkdir(DIR, { recursive: true })
    const engine = `@node-llama-cpp/${process.platform}-${process.arch}@${VERSION}`
    const flags = [
      '--omit=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--prefix',
      DIR,
    ]
    const packages = [`node-llama-cpp@${VERSION}`, engine]
    await promisify(execFile)('npm', ['install', ...flags, ...packages], { timeout: FETCH_MS })
  }
  return { module, dir: DIR }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lendRedisProgram } from '../../test/support/redis.ts'

const ROOT = join(import.meta.dirname, '../..')
const COPIED = ['src', 'workers', 'client', 'console', 'package.json', 'package-lock.json', 'tsconfig.json']

/** Milliseconds from `npm start`'s program to the link that it prints when all is there. */
async function timeStart(checkout: string, dataDir: string): Promise<number> {
  const { PATH = '', HOME = '' } = process.env
  const began = performance.now()
  const child = spawn(process.execPath, [join(checkout, 'src/cli.ts'), 'dev'], {
    env: { PATH, HOME, PORT: '0', SPLITRUN_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('#key=')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${said}`)))
  })
  const ms = performance.now() - began
  child.kill('SIGINT')
  await once(child, 'exit')
  return ms
}

/**
 * Starts of a copy of this checkout, in turn: one that has no console, one whose console is built as its sources are, and
 * one that has to build it. All with the same data, so that none of them is the first.
 */
export async function measureStarts(
  rounds: number,
  say: (text: string) => void,
): Promise<Map<string, number[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-start-'))
  const checkout = join(folder, 'checkout')
  const dataDir = join(folder, 'data')
  const at = (name: string) => join(checkout, name)
  const found = new Map<string, number[]>()
  try {
    for (const name of COPIED) await cp(join(ROOT, name), join(checkout, name), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
    await mkdir(dataDir)
    await lendRedisProgram(dataDir)
    await timeStart(checkout, dataDir)
    const note = async (name: string) =>
      found.set(name, [...(found.get(name) ?? []), await timeStart(checkout, dataDir)])
    for (let each = 0; each < rounds; each += 1) {
      await rename(at('console'), at('aside'))
      await note('start, without a console')
      await rename(at('aside'), at('console'))
      await note('start, built before')
      await rm(at('console/dist'), { recursive: true })
      await note('start, built anew')
      say(`start ${each + 1} of ${rounds}`)
    }
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

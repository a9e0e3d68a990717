import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedisServer } from '../../src/platform/embedded-redis/redis-server-process.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { fetchPrograms, neededPrograms } from './needed-programs.ts'
import { testRedisProgram } from './redis.ts'
import { shareFiles } from './taken-files.ts'

/** Compiled code for all processes of the tests: half of the CPU with which one starts, and there are some hundred. */
const COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/compiled')

let stop = async () => {}

/**
 * One Redis for the whole run, forgotten at its end. Every test process finds it in its environment. What the chosen tests
 * start of other people's programs is fetched here, where no test's time limit runs.
 */
export async function globalSetup(): Promise<void> {
  // The runner's own arguments are the patterns of its files.
  const fetched = fetchPrograms(neededPrograms(process.argv.slice(1)))
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const socketPath = join(dir, 'redis.sock')
  const program = await testRedisProgram(createLogger('info'))
  const server = await startRedisServer({ ...program, dir, address: { path: socketPath } })
  stop = async () => {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
  await server.ready()
  await fetched
  shareFiles(join(dir, 'taken'))
  process.env['SPLITRUN_TEST_REDIS'] = socketPath
  process.env['NODE_COMPILE_CACHE'] = COMPILE_CACHE
}

/** Runs when the tests have ended, and when Ctrl-C ends them. */
export async function globalTeardown(): Promise<void> {
  await stop()
}

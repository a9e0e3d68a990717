import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '../logger.ts'
import { fetchDebianProgram } from './fetch-debian-program.ts'
import { findOnPath } from './find-on-path.ts'
import type { RedisCommand } from './redis-server-process.ts'

const exec = promisify(execFile)

/** The commands and structures that our scripts and BullMQ use came with 6.2. */
const OLDEST = [6, 2] as const

/** What a person types to install a Redis, by the package manager that their system has. */
const INSTALL = {
  'apt-get': 'sudo apt-get install redis-server',
  dnf: 'sudo dnf install valkey (or redis)',
  apk: 'sudo apk add redis',
  pacman: 'sudo pacman -S valkey',
  brew: 'brew install redis',
} as const

export interface FoundRedisServer extends RedisCommand {
  readonly source: 'path' | 'fetched'
}

/**
 * A server program to start: `redis-server` or `valkey-server` on the PATH, else the Debian package, unpacked into
 * `<dataDir>/redis-server` (fetched there once, without root). One that is older than 6.2 does not count.
 * @throws with one message for a person, that names the command to install it on this system.
 */
export async function findRedisServer(dataDir: string, log: Logger): Promise<FoundRedisServer> {
  const problems: string[] = []
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await findOnPath(name)
    if (command === null) continue
    const server = { command, env: undefined }
    const problem = await reasonAgainst(server)
    if (problem === null) return { ...server, source: 'path' }
    problems.push(problem)
  }

  if ((await findOnPath('apt-get')) && (await findOnPath('dpkg'))) {
    try {
      const server = await fetchDebianProgram('redis-server', resolve(dataDir, 'redis-server'), log)
      const problem = await reasonAgainst(server)
      if (problem === null) return { ...server, source: 'fetched' }
      problems.push(problem)
    } catch (error) {
      problems.push(`Fetching its package failed: ${(error as Error).message.trim()}`)
    }
  }
  throw new Error(
    [
      'No Redis can be started here.',
      ...problems,
      `${await advice()}, or set REDIS_URL to one that runs.`,
    ].join('\n'),
  )
}

/** Why a server program will not do; null when it will. */
async function reasonAgainst({ command, env }: RedisCommand): Promise<string | null> {
  try {
    const { stdout } = await exec(command, ['--version'], { env })
    const [, version = '', major, minor] = /v=((\d+)\.(\d+)\S*)/.exec(stdout) ?? []
    const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])
    return isOld ? `${command} is version ${version}; ${OLDEST.join('.')} or later is needed.` : null
  } catch (error) {
    return `${command} does not run: ${(error as Error).message.trim()}`
  }
}

async function advice(): Promise<string> {
  for (const [manager, line] of Object.entries(INSTALL)) {
    if (await findOnPath(manager)) return `Install it with \`${line}\``
  }
  return 'Install redis-server or valkey-server'
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { identifyProcess, type ProcessIdentity, stopProcess } from './process-identity.ts'

/** Where a server listens: a unix socket, or a port of this machine's loopback. */
export type RedisAddress = { readonly path: string } | { readonly port: number }

/** A server program, and the environment it needs; undefined stands for ours. */
export interface RedisCommand {
  readonly command: string
  readonly env: NodeJS.ProcessEnv | undefined
}

export interface RedisServerOptions extends RedisCommand {
  /** Where it keeps its data and its log; made when missing. */
  readonly dir: string
  readonly address: RedisAddress
  /** More settings, as on its command line: `['--appendonly', 'yes']`. */
  readonly args?: readonly string[]
  /** In a process group of its own, out of the reach of a terminal's Ctrl-C. */
  readonly detached?: boolean
}

/** A server process that we started. It does not keep this process alive. */
export interface RedisServerProcess extends ProcessIdentity {
  /** Resolves when it serves commands, however long it loads its data; rejects with its last words if it exits. */
  ready(): Promise<{ readonly version: string }>
  /** Resolves when it is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** Lets it save what it has (SIGTERM) and returns when it is gone; kills it after `graceMs`, 10 s unless told. */
  stop(graceMs?: number): Promise<void>
  /** The last lines that it logged. */
  lastWords(): Promise<string>
}

/**
 * Starts a private Redis without snapshots and without eviction, with small hashes kept compact; the rest is Redis's own
 * defaults and `args`.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServerProcess> {
  const { command, env, dir, address, args = [], detached = false } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const logFile = join(dir, 'redis.log')
  const log = await open(logFile, 'w', 0o600)
  const where =
    'path' in address
      ? ['--port', '0', '--unixsocket', address.path, '--unixsocketperm', '700']
      : ['--bind', '127.0.0.1', '--port', String(address.port)]
  const fixed = ['--dir', dir, '--save', '', '--daemonize', 'no', '--maxmemory-policy', 'noeviction']
  // By the name that Redis 6.2 knows too. A run's record stays in one piece, which takes a fifth less room.
  fixed.push('--hash-max-ziplist-value', '1024')
  // A file and no pipe takes what it logs: the server may outlive us.
  const child = spawn(command, [...where, ...fixed, ...args], {
    env,
    detached,
    stdio: ['ignore', log.fd, log.fd],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await once(child, 'spawn').finally(() => log.close())
  child.unref()

  const pid = child.pid ?? 0
  const identity = (await identifyProcess(pid)) ?? { pid, started: 0 }
  const lastWords = async () => {
    const said = await readFile(logFile, 'utf8').catch(() => '(its log is gone)')
    return said.trim().split('\n').slice(-8).join('\n')
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null

  return {
    ...identity,
    exited,
    lastWords,
    stop: (graceMs = 10_000) => stopProcess(identity, graceMs),
    async ready() {
      for (;;) {
        if (isOver()) throw new Error(`${command} exited at its start:\n${await lastWords()}`)
        const found = await askRedis(address).catch(() => null)
        if (found && found !== 'loading') return { version: found.version }
        await pause(10)
      }
    },
  }
}

/**
 * Who serves at an address: null when nobody does or does so for long, 'loading' while it reads its data.
 * Rejects when it listens and does not answer, which is a server that hangs or no Redis at all.
 */
export async function askRedis(
  address: RedisAddress,
  patienceMs = 10_000,
): Promise<{ pid: number; version: string } | 'loading' | null> {
  const answer = await converse(address, patienceMs).catch((error: NodeJS.ErrnoException) => {
    if (NOBODY.includes(error.code ?? '')) return ''
    throw error
  })
  if (answer === '') return null
  if (/^-(LOADING|BUSY)/.test(answer)) return 'loading'
  const pid = /^process_id:(\d+)/m.exec(answer)?.[1]
  const version = /^redis_version:(\S+)/m.exec(answer)?.[1]
  if (!answer.startsWith('+PONG') || !pid || !version) {
    throw new Error(`no Redis at ${JSON.stringify(address)}: it said ${answer.slice(0, 80).trim()}`)
  }
  return { pid: Number(pid), version }
}

/** What connecting fails with when a server is not there, not there yet, or just leaving. */
const NOBODY = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']

/** Three commands in one go; the last makes the server hang up, which ends the answer. */
function converse(address: RedisAddress, patienceMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(address)
    socket.setEncoding('utf8')
    socket.setTimeout(patienceMs, () =>
      socket.destroy(new Error(`no answer from ${JSON.stringify(address)} in ${patienceMs} ms`)),
    )
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.write('PING\r\nINFO server\r\nQUIT\r\n')
  })
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askRedis, startRedisServer } from '../../src/platform/embedded-redis/redis-server-process.ts'
import { freePorts } from './free-ports.ts'
import { testRedisProgram } from './redis.ts'
import { type Cleanup, until } from './system.ts'

/** A master with a replica, and three Sentinels that watch over them. */
export interface WatchedRedis {
  /** `redis+sentinel://...` as `connectRedis` takes it. */
  readonly url: string
  /** Kills the master, as by `kill -9`. */
  killMaster(): Promise<void>
}

const SENTINELS = 3

/** Starts it all on this machine; resolves when the Sentinels know the replica and each other. */
export async function startWatchedRedis(t: Cleanup): Promise<WatchedRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-sentinel-'))
  const program = await testRedisProgram()
  const [master = 0, replica = 0, ...ports] = await freePorts(2 + SENTINELS)
  const children: ChildProcess[] = []
  const stops: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    for (const stop of stops) await stop()
    await rm(dir, { recursive: true, force: true })
  })
  async function startServer(port: number, args: string[]) {
    const server = await startRedisServer({
      ...program,
      dir: join(dir, String(port)),
      address: { port },
      args,
    })
    stops.push(() => server.stop(0))
    await server.ready()
    return server
  }
  const first = await startServer(master, [])
  // The delay before a first synchronisation serves replicas that come in numbers.
  await startServer(replica, ['--replicaof', '127.0.0.1', String(master), '--repl-diskless-sync-delay', '0'])

  for (const port of ports) {
    const file = join(dir, `sentinel-${port}.conf`)
    await writeFile(
      file,
      [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${dir}`,
        `sentinel monitor main 127.0.0.1 ${master} 2`,
        'sentinel down-after-milliseconds main 1000',
        'sentinel failover-timeout main 5000',
      ].join('\n'),
    )
    children.push(
      spawn(program.command, [file, '--sentinel'], { env: program.env ?? process.env, stdio: 'ignore' }),
    )
  }
  for (const port of ports) {
    await until(async () => {
      const known = await askSentinel(port)
      return known.includes(`slaves=1,sentinels=${SENTINELS}`)
    })
  }
  return {
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/main`,
    async killMaster() {
      process.kill(first.pid, 'SIGKILL')
      await first.exited
      await until(async () => (await askRedis({ port: master })) === null)
    },
  }
}

/** What a Sentinel says of what it watches; empty while it starts. */
async function askSentinel(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => resolve(''))
    // Redis hangs up after QUIT; a Sentinel knows no QUIT before version 7.2.
    socket.setTimeout(200, () => socket.destroy())
    socket.on('close', () => resolve(answer))
    socket.write('INFO sentinel\r\n')
  })
}

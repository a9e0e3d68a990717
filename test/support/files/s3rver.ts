import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { freePorts } from '../free-ports.ts'
import { type Cleanup, until } from '../system.ts'
import { makeBucket, type ObjectStorage } from './object-storage.ts'

export interface S3rver extends ObjectStorage {
  kill(): Promise<void>
  start(): Promise<void>
  /** Stops it from answering, without closing anything. */
  freeze(): void
  thaw(): void
}

const PROGRAM = join(import.meta.dirname, 's3rver-process.ts')

/** One server for all tests of a suite: call it in the body of `describe`, and what it returns in a test. */
export function useS3rver(): () => S3rver {
  const cleanups: (() => Promise<void> | void)[] = []
  let server: S3rver | undefined
  before(async () => {
    server = await startS3rver({ after: (clean) => void cleanups.unshift(clean) })
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })
  return () => {
    if (!server) throw new Error('the server is there from the first test on')
    return server
  }
}

/** An S3 server that checks signatures, in a process of its own, with an empty bucket. */
export async function startS3rver(t: Cleanup): Promise<S3rver> {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-s3rver-'))
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  let child = launch()

  function launch() {
    // It makes the marks of its pages of lists with a cipher that is no longer among those of every Node.
    const node = ['--openssl-legacy-provider', PROGRAM, String(port), dir]
    return spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const answers = async () => {
    await until(() =>
      fetch(url).then(
        () => true,
        () => child.exitCode !== null,
      ),
    )
    if (child.exitCode !== null) throw new Error(`s3rver ended with ${child.exitCode}`)
  }
  const server: S3rver = {
    ...{ url, bucket: 'files', ...keys },
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
    async start() {
      child = launch()
      await answers()
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) await server.kill()
    await rm(dir, { recursive: true, force: true })
  })
  await answers()
  await makeBucket(server)
  return server
}

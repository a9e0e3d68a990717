import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { promisify } from 'node:util'
import { freePorts } from '../free-ports.ts'
import { findProgram } from '../programs/swift.ts'
import { type Cleanup, until } from '../system.ts'
import { makeBucket, type ObjectStorage, openAt, targetOf } from './object-storage.ts'

const LAUNCHER = join(import.meta.dirname, 'start-swift.py')
/** Debian's, whose modules the packages are made for. */
const PYTHON = '/usr/bin/python3'
const STORES = ['account', 'container', 'object'] as const

export interface Swift extends ObjectStorage {
  /** Stops the door; what it has stays. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** One for all tests of a suite: call it in the body of `describe`, and what it returns in a test. */
export function useSwift(): () => Swift {
  const cleanups: (() => Promise<void> | void)[] = []
  let swift: Swift | undefined
  before(async () => {
    swift = await startSwift({ after: (clean) => void cleanups.unshift(clean) })
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })
  return () => {
    if (!swift) throw new Error('it is there from the first test on')
    return swift
  }
}

/** OpenStack Swift with its S3 door, as Debian packages it, with an empty bucket. */
export async function startSwift(t: Cleanup): Promise<Swift> {
  const program = await findProgram()
  const env = { ...process.env, ...program.env }
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-swift-'))
  const [door = 0, cache = 0, ...ports] = await freePorts(5)
  await mkdir(join(dir, 'node/disk'), { recursive: true })
  await writeFile(join(dir, 'swift.conf'), SWIFT_CONF)
  for (const [at, store] of STORES.entries()) {
    await writeFile(join(dir, `${store}.conf`), storeConf(store, dir, ports[at] ?? 0))
  }
  await writeFile(join(dir, 'proxy.conf'), proxyConf(dir, door, cache))
  await promisify(execFile)(PYTHON, [LAUNCHER, 'rings', dir, ...ports.map(String)], { env })

  const launch = (part: string) =>
    spawn(PYTHON, [LAUNCHER, part, dir], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const memcached = spawn(
    program.memcached,
    ['-u', userInfo().username, '-l', '127.0.0.1', '-p', String(cache)],
    {
      ...{ env, stdio: ['ignore', 'ignore', 'inherit'] },
    },
  )
  const stores = STORES.map(launch)
  let proxy = launch('proxy')
  const url = `http://127.0.0.1:${door}`
  const answers = () =>
    until(() =>
      fetch(`${url}/info`).then(
        () => true,
        () => proxy.exitCode !== null,
      ),
    )
  const swift: Swift = {
    ...{ url, bucket: 'files', accessKeyId: 'test:tester', secretAccessKey: 'testing' },
    stop: () => end(proxy),
    async start() {
      proxy = launch('proxy')
      await answers()
    },
  }
  t.after(async () => {
    await Promise.all([proxy, ...stores, memcached].map(end))
    await rm(dir, { recursive: true, force: true })
  })
  await answers()
  // Its parts come up one by one: there is a bucket before there can be objects.
  const exists = () =>
    makeBucket(swift)
      .then(() => storage.probe())
      .then(
        () => true,
        () => false,
      )
  const storage = openAt(t, targetOf(swift, ''))
  await until(exists)
  return swift
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const SWIFT_CONF = `[swift-hash]
swift_hash_path_suffix = splitrun
[storage-policy:0]
name = one
default = yes
`

const storeConf = (store: string, dir: string, port: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
devices = ${join(dir, 'node')}
mount_check = false
swift_dir = ${dir}
log_address = ${join(dir, 'log')}
[pipeline:main]
pipeline = ${store}-server
[app:${store}-server]
use = egg:swift#${store}
fallocate_reserve = 0
conn_timeout = 20
node_timeout = 60
`

const proxyConf = (dir: string, port: number, cache: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
swift_dir = ${dir}
log_address = ${join(dir, 'log')}
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk slo s3api tempauth copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
conn_timeout = 20
node_timeout = 60
account_autocreate = true
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
user_test_reader = reading
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${cache}
${['catch_errors', 'gatekeeper', 'listing_formats', 'bulk', 'slo', 'copy'].map((name) => `[filter:${name}]\nuse = egg:swift#${name}`).join('\n')}
`

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findRedisServer } from '../../../../src/platform/embedded-redis/find-redis-server.ts'
import { silentLogger } from '../../../../src/platform/logger.ts'

const log = silentLogger()
const SERVER = '#!/bin/sh\necho "Redis server v=7.2.4 sha=0"\n'

/** A machine that knows only these commands, each a shell script, until the test ends. */
async function machineWith(t: TestContext, commands: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  const bin = join(root, 'bin')
  const dataDir = join(root, 'data')
  await mkdir(bin)
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(bin, name), script, { mode: 0o755 })
  }
  const before = process.env['PATH']
  process.env['PATH'] = bin
  t.after(async () => {
    process.env['PATH'] = before
    await rm(root, { recursive: true })
  })
  const calls = async () => (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n')
  return { root, bin, dataDir, calls }
}

/** An apt-get whose own package lists are missing, and a dpkg that unpacks a server. */
const APT = {
  'apt-get': `#!/bin/sh
calls=$(/usr/bin/dirname "$0")/../calls
case "$*" in *Dir::State::Lists=*) lists=private;; *) lists=own;; esac
case "$*" in
  *update*) echo update >>"$calls"; echo 'E: one source is away' >&2; exit 100;;
  *--simulate*) echo "plan $lists" >>"$calls"; [ $lists = private ] || exit 100
    echo 'Inst liblzf1 (3.6 Debian)'; echo 'Inst redis-server (7.2 Debian)';;
  *download*) echo "download \${*##*download }" >>"$calls"; echo >redis.deb;;
esac
`,
  dpkg: `#!/bin/sh
/bin/mkdir -p "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu"
printf '%s' '${SERVER}' >"$3/usr/bin/redis-server"
/bin/chmod 755 "$3/usr/bin/redis-server"
`,
}

test('a redis-server on the PATH is preferred to a valkey-server, and that to fetching one', async (t) => {
  const both = await machineWith(t, { 'redis-server': SERVER, 'valkey-server': SERVER, ...APT })
  const redis = await findRedisServer(both.dataDir, log)
  assert.deepEqual(redis, { command: join(both.bin, 'redis-server'), env: undefined, source: 'path' })

  await rm(join(both.bin, 'redis-server'))
  assert.equal((await findRedisServer(both.dataDir, log)).command, join(both.bin, 'valkey-server'))
})

test('a machine whose package lists are missing makes private ones, even if a source is away', async (t) => {
  const { dataDir, calls } = await machineWith(t, APT)
  const server = await findRedisServer(dataDir, log)
  const tree = join(dataDir, 'redis-server')
  assert.deepEqual(server, {
    command: join(tree, 'usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: join(tree, 'usr/lib/x86_64-linux-gnu') },
    source: 'fetched',
  })
  assert.deepEqual(await calls(), ['plan own', 'update', 'plan private', 'download liblzf1 redis-server'])
  assert.deepEqual(await readdir(dataDir), ['redis-server'])
})

test('however many ask at once, and again later, the package is fetched once', async (t) => {
  const { dataDir, calls } = await machineWith(t, APT)
  await Promise.all(Array.from({ length: 5 }, () => findRedisServer(dataDir, log)))
  await findRedisServer(dataDir, log)
  assert.equal((await calls()).filter((call) => call.startsWith('download')).length, 1)
})

test('what a killed fetch left is thrown away by the next one', async (t) => {
  const { dataDir } = await machineWith(t, APT)
  await mkdir(join(dataDir, 'redis-server.partial/tree/usr/bin'), { recursive: true })
  await writeFile(join(dataDir, 'redis-server.partial/tree/usr/bin/half'), '')
  await findRedisServer(dataDir, log)
  assert.deepEqual(await readdir(join(dataDir, 'redis-server/usr/bin')), ['redis-server'])
  assert.deepEqual(await readdir(dataDir), ['redis-server'])
})

test('a fetch that fails leaves nothing, and says why and what to type instead', async (t) => {
  const { dataDir } = await machineWith(t, { ...APT, dpkg: '#!/bin/sh\necho "no space left" >&2\nexit 2\n' })
  await assert.rejects(
    findRedisServer(dataDir, log),
    /no space left.*`sudo apt-get install redis-server`, or set REDIS_URL/s,
  )
  assert.deepEqual(await readdir(dataDir), [])
})

test('without any server the message names the command of this system', async (t) => {
  const { dataDir, bin } = await machineWith(t, { apk: '' })
  await assert.rejects(findRedisServer(dataDir, log), /`sudo apk add redis`/)
  await rm(join(bin, 'apk'))
  await assert.rejects(
    findRedisServer(dataDir, log),
    /Install redis-server or valkey-server, or set REDIS_URL/,
  )
})

test('a server that is too old or does not run is passed over by name', async (t) => {
  const old = SERVER.replace('7.2.4', '6.0.16')
  const { dataDir } = await machineWith(t, { 'redis-server': old, 'valkey-server': '#!/bin/sh\nexit 127\n' })
  await assert.rejects(
    findRedisServer(dataDir, log),
    /redis-server is version 6\.0\.16; 6\.2 or later is needed\..*valkey-server does not run/s,
  )
})

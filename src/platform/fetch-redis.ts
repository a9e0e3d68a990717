import { execFile } from 'node:child_process'
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from './logger.ts'
import { withProcessLock } from './process-lock.ts'
import type { RedisCommand } from './redis-server-process.ts'

const exec = promisify(execFile)

/**
 * The redis-server of Debian or Ubuntu, unpacked into a folder: fetched when the folder is not there yet, by
 * one process however many ask, and without root. The packages are checked by apt's signatures as ever.
 * A fetch that fails or is killed leaves no folder.
 */
export async function fetchRedisServer(dir: string, log: Logger): Promise<RedisCommand> {
  return (
    (await findUnpacked(dir)) ??
    withProcessLock(`${dir}.fetching`, async () => {
      const byAnother = await findUnpacked(dir)
      if (byAnother) return byAnother
      log.info({ dir }, 'fetching the redis-server package, once; this takes a few seconds')
      await fetchInto(dir, log)
      const server = await findUnpacked(dir)
      if (!server) throw new Error('the redis-server package holds no /usr/bin/redis-server')
      return server
    })
  )
}

async function findUnpacked(dir: string): Promise<RedisCommand | null> {
  const command = join(dir, 'usr/bin/redis-server')
  try {
    await access(command, constants.X_OK)
  } catch {
    return null
  }
  // Debian keeps libraries in a folder named after the machine, like usr/lib/x86_64-linux-gnu.
  const lib = join(dir, 'usr/lib')
  const folders = await readdir(lib).catch(() => [])
  const libraries = folders.filter((name) => name.includes('-linux-')).map((name) => join(lib, name))
  return { command, env: { LD_LIBRARY_PATH: libraries.join(':') } }
}

async function fetchInto(dir: string, log: Logger): Promise<void> {
  const work = `${dir}.partial`
  const debs = join(work, 'debs')
  const tree = join(work, 'tree')
  await rm(work, { recursive: true, force: true })
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  try {
    await download(work, debs, []).catch(async (error: Error) => {
      log.info(
        { reason: error.message },
        "the machine's package lists are missing or old; making private ones",
      )
      const lists = [`Dir::State::Lists=${join(work, 'lists')}`]
      // Its exit code says that some source could not be reached; what matters is if one has the package.
      await apt(work, work, lists, ['update']).catch((reason: Error) => log.warn({ reason: reason.message }))
      await download(work, debs, lists)
    })
    for (const deb of await readdir(debs)) await exec('dpkg', ['-x', join(debs, deb), tree])
    await rm(dir, { recursive: true, force: true })
    await rename(tree, dir)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Downloads redis-server and whatever it needs that this machine lacks, which apt works out as for an install. */
async function download(work: string, debs: string, settings: readonly string[]): Promise<void> {
  await rm(debs, { recursive: true, force: true })
  await mkdir(debs)
  const plan = await apt(work, debs, settings, [
    'install',
    '--simulate',
    '--no-install-recommends',
    'redis-server',
  ])
  const names = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '')
  await apt(work, debs, settings, ['download', ...names])
}

/** apt-get without what needs root: a user of its own, locks and the machine's cache. The same as any user. */
async function apt(
  work: string,
  cwd: string,
  settings: readonly string[],
  args: readonly string[],
): Promise<string> {
  const rootless = [
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
    `Dir::Cache=${work}`,
    'Acquire::Retries=2',
  ]
  const options = [...rootless, ...settings].flatMap((setting) => ['-o', setting])
  try {
    const limits = { timeout: 300_000, maxBuffer: 32 * 1024 * 1024 }
    return (await exec('apt-get', ['-q', ...options, ...args], { cwd, ...limits })).stdout
  } catch (error) {
    const complaint = (error as { stderr?: string }).stderr?.trim() || (error as Error).message
    throw new Error(`apt-get ${args[0]}: ${complaint}`, { cause: error })
  }
}

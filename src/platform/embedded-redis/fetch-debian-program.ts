import { execFile } from 'node:child_process'
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '../logger.ts'
import { withProcessLock } from './process-lock.ts'

const exec = promisify(execFile)

/** A program of a Debian package, and the environment that finds the libraries which came with it. */
export interface FetchedProgram {
  readonly command: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * A program of Debian's or Ubuntu's package, unpacked into a folder: fetched when the folder is not there yet, by one
 * process however many ask, and without root. The packages are checked by apt's signatures as ever. A fetch that fails or
 * is killed leaves no folder.
 * @param path where the program stands in its package
 * @param packages those that it needs; their dependencies come with them
 */
export async function fetchDebianProgram(
  name: string,
  dir: string,
  log: Logger,
  path = `usr/bin/${name}`,
  packages: readonly string[] = [name],
): Promise<FetchedProgram> {
  return (
    (await findUnpacked(path, dir)) ??
    withProcessLock(`${dir}.fetching`, async () => {
      const byAnother = await findUnpacked(path, dir)
      if (byAnother) return byAnother
      log.info({ dir }, `fetching the ${name} package, once; this takes a few seconds`)
      await fetchInto(packages, dir, log)
      const program = await findUnpacked(path, dir)
      if (!program) throw new Error(`the ${name} package holds no /${path}`)
      return program
    })
  )
}

async function findUnpacked(path: string, dir: string): Promise<FetchedProgram | null> {
  const command = join(dir, path)
  try {
    await access(command, constants.X_OK)
  } catch {
    return null
  }
  return { command, env: { LD_LIBRARY_PATH: (await libraryFolders(join(dir, 'usr/lib'))).join(':') } }
}

/**
 * Where unpacked libraries stand. Debian keeps them in a folder named after the machine, like usr/lib/x86_64-linux-gnu; some
 * stand in a folder of their own therein, which those that need them know by its installed path only (libpulse, say).
 */
async function libraryFolders(lib: string): Promise<string[]> {
  const found: string[] = []
  for (const machine of (await foldersIn(lib)).filter((name) => name.includes('-linux-'))) {
    const folder = join(lib, machine)
    found.push(folder)
    for (const own of await foldersIn(folder)) {
      const files = await readdir(join(folder, own))
      if (files.some((name) => /^lib.+\.so(\.|$)/.test(name))) found.push(join(folder, own))
    }
  }
  return found
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

async function fetchInto(packages: readonly string[], dir: string, log: Logger): Promise<void> {
  const work = `${dir}.partial`
  const debs = join(work, 'debs')
  const tree = join(work, 'tree')
  await rm(work, { recursive: true, force: true })
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  try {
    await download(packages, work, debs, []).catch(async (error: Error) => {
      log.info(
        { reason: error.message },
        "the machine's package lists are missing or old; making private ones",
      )
      const lists = [`Dir::State::Lists=${join(work, 'lists')}`]
      // Its exit code says that some source could not be reached; what matters is if one has the package.
      await apt(work, work, lists, ['update']).catch((reason: Error) => log.warn({ reason: reason.message }))
      await download(packages, work, debs, lists)
    })
    for (const deb of await readdir(debs)) await exec('dpkg', ['-x', join(debs, deb), tree])
    await rm(dir, { recursive: true, force: true })
    await rename(tree, dir)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Downloads packages and whatever they need that this machine lacks, which apt works out as for an install. */
async function download(
  packages: readonly string[],
  work: string,
  debs: string,
  settings: readonly string[],
): Promise<void> {
  await rm(debs, { recursive: true, force: true })
  await mkdir(debs)
  const install = ['install', '--simulate', '--no-install-recommends', ...packages]
  const plan = await apt(work, debs, settings, install)
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

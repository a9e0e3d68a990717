import { createHash } from 'node:crypto'
import { glob, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const HERE = import.meta.dirname
const ROOT = join(HERE, '..')
const DIST = join(HERE, 'dist')
/** Tells of which sources a build is. */
const STAMP = '.stamp'
/** Everything that the built files are made of; a build that took anything else fails. */
const SOURCES = [
  'console/{build.ts,index.html,package.json}',
  'console/src/**/*.*',
  'client/src/**/*.ts',
  'src/output/**/*.ts',
  'src/platform/json/read-json.ts',
  'src/tasks/{output-modality,prompts/*}.ts',
  'package-lock.json',
]
/** Below this, a response is one packet anyway. */
const LEAST_ZIPPED = 1000

const listSources = async () => (await Array.fromAsync(glob(SOURCES, { cwd: ROOT }))).sort()

/** Changes when any of the sources does. */
async function stampOf(names: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const name of names)
    hash
      .update(`${name}\0`)
      .update(await readFile(join(ROOT, name)))
      .update('\0')
  return hash.digest('hex')
}

/**
 * Fails where the built files have something of this repository in them that is none of the sources: its changes would be
 * seen by nobody. Packages are known by the lockfile.
 */
function checkSources(modules: Iterable<string>, sources: ReadonlySet<string>): void {
  const missing = [...modules]
    .filter((id) => isAbsolute(id) && !id.includes('/node_modules/'))
    .map((id) => relative(ROOT, id.replace(/\?.*$/, '')))
    .filter((name) => !sources.has(name))
  if (missing.length > 0) throw new Error(`The sources of the console lack ${missing.join(', ')}`)
}

/** Builds into a folder of its own first, so that nobody is served half a build. */
async function buildInto(folder: string, sources: ReadonlySet<string>): Promise<void> {
  const { build } = await import('vite')
  const modules = new Set<string>()
  await build({
    root: HERE,
    configFile: false,
    // Relative, so that it works under every prefix.
    base: './',
    // It warns of every file of a library that says "use client".
    logLevel: 'error',
    plugins: [{ name: 'sources', moduleParsed: ({ id }) => void modules.add(id) }],
    resolve: { alias: { '@splitrun/client': join(ROOT, 'client/src/index.ts') } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      assetsInlineLimit: (path) => path.endsWith('.svg'),
    },
  })
  checkSources(modules, sources)
  for await (const name of glob('**/*.{js,css,html}', { cwd: folder })) {
    const body = await readFile(join(folder, name))
    if (body.length >= LEAST_ZIPPED) {
      await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(body, { level: 9 }))
    }
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
}

/** What is loaded stands there before the page that loads it, and the stamp comes last. */
const ORDER = [/^assets\//, /^index\.html/, /^\.stamp$/]

/**
 * Puts a build in the place of another one, file by file: servers of the console, and other builds, go on meanwhile, and find
 * each file at any moment. The stamp comes last: what is there without it counts as no build.
 */
async function replaceBuild(fresh: string, isOfOthers: boolean): Promise<void> {
  if (isOfOthers) await rm(join(DIST, STAMP), { force: true })
  const names = await listFiles(fresh)
  const place = (name: string) => ORDER.findIndex((each) => each.test(name))
  for (const name of names.sort((one, other) => place(one) - place(other))) {
    await mkdir(dirname(join(DIST, name)), { recursive: true })
    await rename(join(fresh, name), join(DIST, name))
  }
  for (const name of await listFiles(DIST))
    if (!names.includes(name)) await rm(join(DIST, name), { force: true })
}

const sources = await listSources()
const stamp = await stampOf(sources)
const built = await readFile(join(DIST, STAMP), 'utf8').catch(() => '')
if (built !== stamp || !process.argv.includes('--if-changed')) {
  const fresh = `${DIST}.${process.pid}`
  try {
    await buildInto(fresh, new Set(sources))
    await writeFile(join(fresh, STAMP), stamp)
    await replaceBuild(fresh, built !== stamp)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

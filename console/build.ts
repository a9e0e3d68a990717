import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const HERE = import.meta.dirname
const ROOT = join(HERE, '..')
const DIST = join(HERE, 'dist')
/** Everything that the built files are made of; a build that took anything else fails. */
const SOURCES = [
  'console/{build.ts,index.html,package.json}',
  'console/src/**/*.*',
  'client/src/**/*.ts',
  'src/output/**/*.ts',
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

const sources = await listSources()
const stamp = await stampOf(sources)
const built = await readFile(join(DIST, '.stamp'), 'utf8').catch(() => '')
if (built !== stamp || !process.argv.includes('--if-changed')) {
  const fresh = `${DIST}.${process.pid}`
  const past = `${fresh}.past`
  try {
    await buildInto(fresh, new Set(sources))
    await writeFile(join(fresh, '.stamp'), stamp)
    await rename(DIST, past).catch(() => {})
    // Another build may have been faster: then its files are there, made of the same sources.
    await rename(fresh, DIST).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    for (const each of [fresh, past]) await rm(each, { recursive: true, force: true })
  }
}

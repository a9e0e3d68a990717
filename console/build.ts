import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const HERE = import.meta.dirname
const ROOT = join(HERE, '..')
const DIST = join(HERE, 'dist')
/** Everything that the built files are made of. */
const SOURCES = [
  'console/{build.ts,index.html,package.json}',
  'console/src/**/*.*',
  'client/src/**/*.ts',
  'src/output/*.ts',
  'src/tasks/prompt.ts',
  'package-lock.json',
]
/** Below this, a response is one packet anyway. */
const LEAST_ZIPPED = 1000

/** Changes when any of the sources does. */
async function stampOf(): Promise<string> {
  const names = await Array.fromAsync(glob(SOURCES, { cwd: ROOT }))
  const hash = createHash('sha256')
  for (const name of names.sort())
    hash
      .update(`${name}\0`)
      .update(await readFile(join(ROOT, name)))
      .update('\0')
  return hash.digest('hex')
}

/** Builds into a folder of its own first, so that nobody is served half a build. */
async function buildInto(folder: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: HERE,
    configFile: false,
    // Relative, so that it works under every prefix.
    base: './',
    // It warns of every file of a library that says "use client".
    logLevel: 'error',
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
  for await (const name of glob('**/*.{js,css,html}', { cwd: folder })) {
    const body = await readFile(join(folder, name))
    if (body.length >= LEAST_ZIPPED) {
      await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(body, { level: 9 }))
    }
  }
}

const stamp = await stampOf()
const built = await readFile(join(DIST, '.stamp'), 'utf8').catch(() => '')
if (built !== stamp || !process.argv.includes('--if-changed')) {
  const fresh = `${DIST}.${process.pid}`
  const past = `${fresh}.past`
  try {
    await buildInto(fresh)
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

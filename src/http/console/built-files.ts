import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** A file of the console, as it is sent. */
export interface BuiltFile {
  readonly body: Buffer
  /** The same, compressed; null where that is not smaller. */
  readonly gzip: Buffer | null
  /** Changes when the file does. */
  readonly tag: string
  readonly type: string
}

export interface BuiltFiles {
  /** The page that loads all others; null while the console is not built. */
  index(): Promise<BuiltFile | null>
  /** What the page loads, by its path; null where there is no such file. Its name changes when it does. */
  asset(name: string): Promise<BuiltFile | null>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Files as the build leaves them. Anything else in the folder, such as its stamp, is not shown. */
const ASSET = /^assets\/\w[\w.-]*\.(js|css|svg)$/

/** The built console in a folder. Nothing is read before it is asked for; then it is kept, until another build is there. */
export function createBuiltFiles(folder: string): BuiltFiles {
  const kept = new Map<string, BuiltFile>()
  let stamp: string | null = null

  async function read(name: string): Promise<BuiltFile | null> {
    const known = kept.get(name)
    if (known) return known
    const body = await readOrNull(join(folder, name))
    if (!body) return null
    const file = {
      body,
      gzip: await readOrNull(join(folder, `${name}.gz`)),
      tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      type: TYPES[extname(name)] ?? 'application/octet-stream',
    }
    kept.set(name, file)
    return file
  }

  return {
    async index() {
      const current = (await readOrNull(join(folder, '.stamp')))?.toString() ?? null
      if (current !== stamp) kept.clear()
      stamp = current
      return read('index.html')
    },
    asset: async (name) => (ASSET.test(name) ? read(name) : null),
  }
}

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

function readOrNull(path: string): Promise<Buffer | null> {
  return readFile(path).catch((error: unknown) => {
    if (isAbsent(error)) return null
    throw error
  })
}

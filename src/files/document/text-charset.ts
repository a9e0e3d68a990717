import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { cached } from '../../platform/cached.ts'
import type { FileStore } from '../file-store.ts'
import { markedEncoding } from './decode-document.ts'

/** Files never change, and parts of one are asked for one after the other. */
const MOST_KNOWN = 1000

/** The charset that a text may be said to have: by its byte order mark, or UTF-8 where all of it is; else null. */
export async function charsetOf(parts: AsyncIterable<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let isFirst = true
  try {
    for await (const part of parts) {
      const marked = isFirst ? markedEncoding(Buffer.from(part)) : null
      if (marked) return marked
      isFirst = false
      decoder.decode(part, { stream: true })
    }
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/**
 * Finds the charsets of stored texts, which are read for that from beginning to end. Null where none is known, or there is
 * no such file. Parameters are those of `open`.
 * @throws what reading a file throws
 */
export function createTextCharsets(files: Pick<FileStore, 'open'>) {
  const known = new LRUCache<string, { charset: string | null }>({
    ...atMost(MOST_KNOWN),
    fetchMethod: async (place) => {
      const [run = '', name = '', reader = ''] = place.split('/')
      const file = await files.open(run, name, reader)
      return { charset: file && (await charsetOf(file.stream)) }
    },
  })
  return async (run: string, name: string, reader: string): Promise<string | null> =>
    (await cached(known, `${run}/${name}/${reader}`))?.charset ?? null
}

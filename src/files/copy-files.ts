import type { FileStorage } from './file-storage.ts'
import { FILE_PARTS, type StoredFile } from './file-store.ts'

export interface CopyFilesOptions {
  /** Files that are copied at a time. */
  readonly concurrency: number
  /** Whether files that are there already are compared byte by byte, and not by their size. */
  readonly compare: boolean
  readonly signal: AbortSignal
  /** Told after each part of `FILE_PARTS`. */
  onPart?(done: number, soFar: Copied): void
}

export interface Copied {
  /** Files that were written. */
  readonly copied: number
  readonly bytes: number
  /** Files that were there already. */
  readonly present: number
}

/** `not complete`: it was interrupted. `unmarked`: the source belongs to no Redis yet, so its copy does not either. */
export type CopyEnd = 'complete' | 'unmarked' | 'not complete'

/**
 * Copies the files of all runs, as they are now, to another place; each that is written is read again and compared. It may
 * be called again after an interruption, and for what has come since. At the end the copy belongs to the Redis that the
 * original belongs to.
 * @throws {CopyRefused} when there is nothing to copy, both places are one, or the other is the home of other files; when a
 *   file is not as it was written
 * @throws {ApiError} FILES_UNAVAILABLE, FILE_DAMAGED
 */
export async function copyFiles(
  from: FileStorage,
  to: FileStorage,
  options: CopyFilesOptions,
): Promise<Copied & { readonly end: CopyEnd }> {
  if (from.name === to.name) throw new CopyRefused(`${from.name} is both places.`)
  const [original, there] = [await from.marker.read(), await to.marker.read()]
  if (there && there.folder !== original?.folder) {
    throw new CopyRefused(
      `${to.name} is the home of other files: of those of another installation, or older ones.`,
    )
  }
  let soFar: Copied = { copied: 0, bytes: 0, present: 0 }
  for (let part = 0; part < FILE_PARTS; part += 1) {
    const copying = new Set<Promise<void>>()
    try {
      for await (const file of from.files.list(part)) {
        if (options.signal.aborted) break
        const one = copyOne(from, to, file, options.compare).then((wrote) => {
          soFar =
            wrote === null
              ? { ...soFar, present: soFar.present + 1 }
              : { ...soFar, copied: soFar.copied + 1, bytes: soFar.bytes + wrote }
          copying.delete(one)
        })
        copying.add(one)
        if (copying.size >= options.concurrency) await Promise.race(copying)
      }
      await Promise.all(copying)
    } catch (error) {
      await Promise.allSettled(copying)
      throw error
    }
    if (options.signal.aborted) return { ...soFar, end: 'not complete' }
    options.onPart?.(part + 1, soFar)
  }
  // A wrong path is an empty place, and to have copied all of that would seem a success.
  if (!original && soFar.copied + soFar.present === 0) {
    throw new CopyRefused(`There are no files of runs at ${from.name}: is it the right place?`)
  }
  // Last: a place with a marker is one that may be used.
  if (original && !there) await to.marker.create(original)
  else if (original) await to.marker.replace(original)
  return { ...soFar, end: original ? 'complete' : 'unmarked' }
}

/** A copy that is not made, in words for a person. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused'
}

/** The bytes that were written; null when the file was there, or is gone where it was. */
async function copyOne(
  from: FileStorage,
  to: FileStorage,
  { run, name, size }: StoredFile,
  compare: boolean,
): Promise<number | null> {
  const isThere = (await to.files.size(run, name)) === size
  if (isThere && !compare) return null
  const data = await from.files.read(run, name)
  if (!data) return null
  const before = isThere ? await to.files.read(run, name).catch(() => null) : null
  if (before?.equals(data)) return null
  await to.files.put(run, name, data)
  const written = await to.files.read(run, name)
  if (!written?.equals(data))
    throw new CopyRefused(`${run}/${name} was not written as it is: nothing more is copied.`)
  return data.length
}

import type { Readable } from 'node:stream'
import { DOCUMENTS, RECORDINGS } from './document/document-format.ts'
import { SOUNDS } from './sound-format.ts'

/**
 * Where the files of runs are kept, each beside the others of its run. Names are made by us: `<uuid>.<extension>`.
 * What the disk, the storage or the process is at fault for (full, read-only, away, no descriptors) is an ApiError,
 * FILES_UNAVAILABLE. What is stored with a checksum and does not come back as it was put is one, FILE_DAMAGED; of a stream
 * it is the error, and the last bytes are then kept back.
 */
export interface FileStore {
  /** Writes a file whole or not at all; one of that name is replaced. */
  put(run: string, name: string, data: Buffer): Promise<void>
  /**
   * Null when there is no such file, or no file could have that name. The stream gives exactly `size` bytes, even of a
   * file that is removed meanwhile, or fails; read it or destroy it, since it holds the file open.
   * @param reader whose callers read it: a project. Where there are few connections, it gets a part of them at once
   * @param range the bytes from `start` to `end`, both included, which the file must have; null for all
   * @throws {ApiError} TOO_MANY_REQUESTS when the reader has all that it may have, and none comes free in time
   */
  open(
    run: string,
    name: string,
    reader: string,
    range?: { start: number; end: number } | null,
  ): Promise<{ stream: Readable; size: number } | null>
  /** In bytes; null as for `open`. */
  size(run: string, name: string): Promise<number | null>
  /** The whole file, or null as for `open`. */
  read(run: string, name: string): Promise<Buffer | null>
  /** Removes all files of a run; those that are not there are no error. */
  removeRun(run: string): Promise<void>
  /**
   * Every run of a part that has files, in no order, for a janitor; also one whose files a process that died left
   * half-written. All runs fall evenly into `FILE_PARTS` parts, from 0 on, so that nobody has to list them at once.
   */
  runs(part: number): AsyncIterable<{ run: string; modifiedMs: number }>
  /** Every whole file of a part, in no order, for copying. */
  list(part: number): AsyncIterable<StoredFile>
  /**
   * A URL by which anybody may read a file for some time, without this server; null where files are read through it. The
   * file need not be there.
   */
  link(run: string, name: string, shown: Shown): Promise<string | null>
}

export interface StoredFile {
  readonly run: string
  readonly name: string
  /** Bytes. */
  readonly size: number
}

/** Headers that a file is to be served with. */
export interface Shown {
  readonly contentType: string
  readonly contentDisposition: string
}

export const FILE_PARTS = 256

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const RUN = new RegExp(`^${UUID}$`)
const NAME = new RegExp(`^${UUID}\\.[a-z0-9]{1,8}$`)

/** The part of a run, as two hexadecimal digits. An id begins with its time and ends with its shard: only what stands
 * before that spreads runs evenly. */
export const partOf = (run: string): string => run.slice(32, 34)
export const nameOfPart = (part: number): string => part.toString(16).padStart(2, '0')

export const isRunId = (text: string): boolean => RUN.test(text)

/** Whether a stored file may have this place. Whatever is made of both, a path or a key, leads to no other place. */
export const isFilePlace = (run: string, name: string): boolean => RUN.test(run) && NAME.test(name)

/** Media types by the extension that a stored file bears. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  ...SOUNDS,
  ...Object.fromEntries(
    Object.entries({ ...DOCUMENTS, ...RECORDINGS }).map(([extension, { mediaType }]) => [
      extension,
      mediaType,
    ]),
  ),
}

/** What a stored file is, by its extension, which the store's writer chose by the file's bytes. */
export function mediaTypeOf(name: string): string {
  return MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

import { randomUUID } from 'node:crypto'
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What this takes of s3rver's store, which keeps an object as three files: its bytes, their MD5 and what is told of it. */
export interface S3rverStore {
  getResourcePath(bucket: string, key: string, resource: 'object'): string
  putContent(path: string, content: unknown): Promise<[size: number, md5: string]>
  putMetadata(bucket: string, key: string, metadata: unknown, md5: string): Promise<void>
  putObject(object: StoredObject): Promise<{ size: number; md5: string }>
}

interface StoredObject {
  readonly bucket: string
  readonly key: string
  readonly content: unknown
  readonly metadata: unknown
}

/** What reads or changes those files, or the folders that they are in. */
const STEPS = ['getObject', 'existsObject', 'listObjects', 'copyObject', 'deleteObject'] as const

/**
 * Has s3rver show an object whole or not at all, as S3 does: its own store writes into the file that others read, removes
 * folders that others are about to write into, and mixes two writers of one object. Here the bytes go to a folder beside
 * the buckets first, and only one request at a time touches a bucket's files.
 */
export function keepObjectsWhole(store: S3rverStore, folder: string): void {
  let last: Promise<unknown> = Promise.resolve()
  function alone<T>(step: () => Promise<T>): Promise<T> {
    const result = last.then(step)
    last = result.catch(() => {})
    return result
  }
  const steps = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  for (const name of STEPS) {
    const own = steps[name]?.bind(store)
    if (!own) throw new Error(`the store of s3rver has no ${name}`)
    steps[name] = (...args) => alone(() => own(...args))
  }
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const path = store.getResourcePath(bucket, key, 'object')
    const draft = `${folder}/${randomUUID()}`
    const [size, md5] = await store.putContent(draft, content)
    // A buffer is said to be written as soon as its writing begins.
    while ((await stat(draft).catch(() => null))?.size !== size) await new Promise(setImmediate)
    await alone(async () => {
      await mkdir(dirname(path), { recursive: true })
      await store.putMetadata(bucket, key, metadata, md5)
      await rename(draft, path)
    })
    return { size, md5 }
  }
}

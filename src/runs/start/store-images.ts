import { randomUUID } from 'node:crypto'
import type { FileHome } from '../../files/file-home.ts'
import type { FileStore } from '../../files/file-store.ts'
import { checkImage } from '../../files/image/check-image.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { Logger } from '../../platform/logger.ts'

export interface StoreImagesDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
  readonly imagePixelsMax: number
  readonly log: Logger
}

/**
 * Stores the images of a run that is about to be created, as they came, and returns their names.
 * @throws {ApiError} NOT_AN_IMAGE, UNSUPPORTED_IMAGE, FILE_TOO_LARGE; FILES_UNAVAILABLE. Then none is left.
 */
export async function storeImages(
  deps: StoreImagesDeps,
  run: string,
  images: readonly Buffer[],
): Promise<string[]> {
  // All are checked before the first is stored: a refused request leaves no files.
  const names: string[] = []
  for (const image of images) {
    names.push(`${randomUUID()}.${checkImage(image, deps.imagePixelsMax).extension}`)
    if (images.length > 1) await ownTick()
  }
  if (images.length === 0) return names
  await deps.fileHome.claim()
  const stored = await Promise.allSettled(
    images.map((image, index) => deps.files.put(run, names[index] ?? '', image)),
  )
  const failed = stored.find((each) => each.status === 'rejected')
  if (!failed) return names
  await discardImages(deps, run)
  throw failed.reason
}

/** Removes the images of a run that was not accepted. What cannot be removed is left to the janitor. */
export async function discardImages({ files, log }: StoreImagesDeps, run: string): Promise<void> {
  await files.removeRun(run).catch((error: unknown) => {
    log.warn({ err: error, run_id: run }, 'files of a run that was not accepted are removed later')
  })
}

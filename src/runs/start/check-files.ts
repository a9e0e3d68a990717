import { checkDocument } from '../../files/document/check-document.ts'
import { checkImage } from '../../files/image/check-image.ts'
import { sniffImage } from '../../files/image/image-format.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { RunFile } from '../file-use.ts'
import type { SubmittedFile } from './submission.ts'

export interface CheckFilesDeps {
  readonly imagePixelsMax: number
}

/** A file that is known by its bytes. */
export interface CheckedFile extends SubmittedFile, RunFile {}

/**
 * Finds out what the files of a run are, by their bytes, before any of them is stored.
 * @param documents whether anything but images may be among them
 * @throws {ApiError} NOT_AN_IMAGE, UNSUPPORTED_IMAGE, UNSUPPORTED_FILE, FILE_TOO_LARGE
 */
export async function checkFiles(
  { imagePixelsMax }: CheckFilesDeps,
  files: readonly SubmittedFile[],
  documents: boolean,
): Promise<CheckedFile[]> {
  const checked: CheckedFile[] = []
  for (const { name, data } of files) {
    const extension =
      documents && !sniffImage(data) ? await checkDocument(data) : checkImage(data, imagePixelsMax).extension
    checked.push({ name, data, stored: `.${extension}` })
    if (files.length > 1) await ownTick()
  }
  return checked
}

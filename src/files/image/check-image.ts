import { ApiError } from '../../platform/errors.ts'
import { type ImageFormat, refuseFormat, sniffImage } from './image-format.ts'
import type { ImageLayout } from './image-layout.ts'
import { readAvif } from './read-avif.ts'
import { readGif } from './read-gif.ts'
import { readJpeg } from './read-jpeg.ts'
import { readPng } from './read-png.ts'
import { readWebp } from './read-webp.ts'

const READERS: Readonly<Record<ImageFormat['extension'], (bytes: Buffer) => ImageLayout>> = {
  jpeg: readJpeg,
  png: readPng,
  gif: readGif,
  webp: readWebp,
  avif: readAvif,
}

/**
 * Makes sure that a file is an image that can be handled, and tells what its container says of it. Nothing is decoded or
 * inflated, so that this costs no more memory than a note of its parts, and little time; a picture that is broken
 * further on shows when it is decoded.
 * @throws {ApiError} NOT_AN_IMAGE or UNSUPPORTED_IMAGE (415), or FILE_TOO_LARGE (413) when it declares more than
 *   `maxPixels`, all frames together.
 */
export function checkImage(bytes: Buffer, maxPixels: number): ImageFormat & { layout: ImageLayout } {
  const format = sniffImage(bytes)
  if (!format) throw refuseFormat(bytes)
  const layout = READERS[format.extension](bytes)
  const { width, height, frames } = layout
  if (width * height * frames > maxPixels) {
    const several = frames > 1 ? ` in ${frames} frames` : ''
    const message = `The image has ${width} x ${height} pixels${several}; the limit is ${maxPixels} in all.`
    throw new ApiError('FILE_TOO_LARGE', message)
  }
  return { ...format, layout }
}

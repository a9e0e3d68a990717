import { ApiError } from '../../platform/errors.ts'
import type { Asker } from '../../platform/turns.ts'
import { checkImage } from './check-image.ts'
import { MAX_EDGE } from './image-format.ts'
import type { ImageLayout } from './image-layout.ts'
import { type ImageProcesses, UndecodableImage } from './image-processes.ts'

/** An upright image within `MAX_EDGE` and this size (bytes) is not worth the work. */
const SMALL = 500_000

export interface PrepareImageDeps {
  readonly imageProcesses: ImageProcesses
  readonly imagePixelsMax: number
}

export interface PreparedImage {
  readonly data: Buffer
  readonly mediaType: string
}

/**
 * An image as it is sent to a model. What servers do not read, or show wrongly (AVIF, animations, CMYK, 16 bits a
 * channel, a file that lacks its end), is always converted: to a JPEG or PNG of its first frame, sRGB, upright, within
 * 2048 x 2048. With `optimise`, so is all that is large, lies on its side, or is no JPEG or PNG, which alone every server
 * reads; what remains is sent without its metadata (where it was taken, for one). Without, it is sent as it came.
 * @throws {ApiError} NOT_AN_IMAGE (415) when it cannot be decoded with the memory and in the time that an image may take;
 *   otherwise as `checkImage` does
 * @throws what is in the way of converting anything here, see `ImageProcesses`; the reason of the asker's signal
 */
export async function prepareImage(
  { imageProcesses, imagePixelsMax }: PrepareImageDeps,
  bytes: Buffer,
  optimise: boolean,
  by?: Asker,
): Promise<PreparedImage> {
  const { layout, extension, mediaType } = checkImage(bytes, imagePixelsMax)
  const sendable = layout.ordinary && layout.frames === 1
  const portable = extension === 'jpeg' || extension === 'png'
  if (sendable && (!optimise || (portable && isUprightAndFits(layout)))) {
    const { data, whole } = layout.strip()
    if (whole && !optimise) return { data: bytes, mediaType }
    if (whole && data.length <= SMALL) return { data, mediaType }
  }
  try {
    const converted = await imageProcesses.convert(bytes, by)
    // The others were converted for their size alone.
    const wanted = !sendable || !portable || !isUprightAndFits(layout)
    if (wanted || converted.data.length < bytes.length) return converted
    const { data, whole } = layout.strip()
    return whole ? { data, mediaType } : converted
  } catch (cause) {
    if (!(cause instanceof UndecodableImage)) throw cause
    const message = `The file begins like a ${extension} image and cannot be decoded.`
    throw new ApiError('NOT_AN_IMAGE', message, {}, cause)
  }
}

const isUprightAndFits = ({ orientation, width, height }: ImageLayout): boolean =>
  orientation === 1 && width <= MAX_EDGE && height <= MAX_EDGE

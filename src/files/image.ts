import sharp from 'sharp'
import { ApiError } from '../platform/errors.ts'

// Images are handled once each: a cache of decoded ones only costs memory.
sharp.cache(false)

export interface ImageKind {
  readonly mediaType: string
  readonly extension: string
}

const KINDS: readonly (ImageKind & { matches: (bytes: Buffer) => boolean })[] = [
  {
    mediaType: 'image/jpeg',
    extension: 'jpeg',
    matches: (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  },
  {
    mediaType: 'image/png',
    extension: 'png',
    matches: (bytes) => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n',
  },
  {
    mediaType: 'image/gif',
    extension: 'gif',
    matches: (bytes) => /^GIF8[79]a/.test(bytes.subarray(0, 6).toString('latin1')),
  },
  {
    mediaType: 'image/webp',
    extension: 'webp',
    matches: (bytes) =>
      bytes.subarray(0, 4).toString('latin1') === 'RIFF' &&
      bytes.subarray(8, 12).toString('latin1') === 'WEBP',
  },
]

/** Longest edge that is of use to a model; larger ones are scaled down by the models' own servers. */
const MAX_EDGE = 2048

/** What a file is, by its first bytes and never by its name; null for anything but JPEG, PNG, GIF and WebP. */
export function sniffImage(bytes: Buffer): ImageKind | null {
  const kind = KINDS.find(({ matches }) => matches(bytes))
  return kind ? { mediaType: kind.mediaType, extension: kind.extension } : null
}

/**
 * Makes sure that a file is an image that can be handled, without decoding it.
 * @throws {ApiError} NOT_AN_IMAGE (415), or FILE_TOO_LARGE (413) when it declares more than `maxPixels`.
 */
export async function checkImage(bytes: Buffer, maxPixels: number): Promise<ImageKind> {
  const kind = sniffImage(bytes)
  if (!kind) throw new ApiError('NOT_AN_IMAGE', 'The file is not a JPEG, PNG, GIF or WebP image.')
  const {
    width,
    height,
    pages = 1,
  } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw new ApiError(
        'NOT_AN_IMAGE',
        `The file begins like an ${kind.extension} image but is not one.`,
        {},
        cause,
      )
    })
  if (width * height * pages > maxPixels) {
    throw new ApiError(
      'FILE_TOO_LARGE',
      `The image has ${width} x ${height} pixels; the limit is ${maxPixels} in all.`,
    )
  }
  return kind
}

/**
 * An image as it is sent to a model: upright, within 2048 x 2048, without metadata. Returned as it came when that
 * would not make it smaller. Runs in the image library's own threads.
 */
export async function optimiseImage(
  bytes: Buffer,
  mediaType: string,
  maxPixels: number,
): Promise<{ data: Buffer; mediaType: string }> {
  const image = sharp(bytes, { limitInputPixels: maxPixels })
  const { width, height, hasAlpha, orientation = 1 } = await image.metadata()
  const fits = width <= MAX_EDGE && height <= MAX_EDGE && orientation === 1
  if (fits && bytes.length < 500_000) return { data: bytes, mediaType }
  const upright = image.rotate().resize(MAX_EDGE, MAX_EDGE, { fit: 'inside', withoutEnlargement: true })
  const data = await (hasAlpha ? upright.png() : upright.jpeg({ quality: 85 })).toBuffer()
  if (fits && data.length >= bytes.length) return { data: bytes, mediaType }
  return { data, mediaType: hasAlpha ? 'image/png' : 'image/jpeg' }
}

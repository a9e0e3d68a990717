import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { ApiError } from '../platform/errors.ts'

export interface ImageKind {
  readonly mediaType: string
  readonly extension: string
}

const KINDS: readonly (ImageKind & { matches: (bytes: Buffer) => boolean })[] = [
  {
    mediaType: 'image/jpeg',
    extension: 'jpeg',
    matches: (bytes) => bytes.subarray(0, 3).toString('latin1') === '\xff\xd8\xff',
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
    matches: (bytes) => /^RIFF.{4}WEBP/s.test(bytes.subarray(0, 12).toString('latin1')),
  },
]

/** Longest edge that is of use to a model; larger ones are scaled down by the models' own servers. */
const MAX_EDGE = 2048
/** An upright image within that edge and this size (bytes) is not worth the work. */
const SMALL = 500_000
/** Seconds that one image may take; an ordinary one takes a tenth of one. */
const PATIENCE = 20

/** So many images are decoded at a time; one core is left for all else that a process does, where there is another. */
const decoding = pLimit(Math.max(1, availableParallelism() - 1))

/** What a file is, by its first bytes and never by its name; null for anything but JPEG, PNG, GIF and WebP. */
export function sniffImage(bytes: Buffer): ImageKind | null {
  const kind = KINDS.find(({ matches }) => matches(bytes))
  return kind ? { mediaType: kind.mediaType, extension: kind.extension } : null
}

/**
 * Makes sure that a file is an image that can be handled. Only its header is read; a body that is broken
 * further on shows when it is decoded.
 * @throws {ApiError} NOT_AN_IMAGE (415), or FILE_TOO_LARGE (413) when it declares more than `maxPixels`, all
 *   frames together.
 */
export async function checkImage(
  bytes: Buffer,
  maxPixels: number,
): Promise<ImageKind & { width: number; height: number }> {
  const { kind, header } = await inspect(bytes, maxPixels)
  return { ...kind, width: header.width, height: header.height }
}

/**
 * An image as it is sent to a model: upright, within 2048 x 2048, its first frame, without metadata (where it was
 * taken, for one), as JPEG or, if it has an alpha channel, PNG. Returned as it came, metadata and all, when it is
 * small, upright and fits, or when the work made it no smaller. Runs in the image library's own threads.
 * @throws {ApiError} NOT_AN_IMAGE (415) when it cannot be decoded, FILE_TOO_LARGE (413) as `checkImage` does.
 */
export async function optimiseImage(
  bytes: Buffer,
  mediaType: string,
  maxPixels: number,
): Promise<{ data: Buffer; mediaType: string }> {
  const { kind, header } = await inspect(bytes, maxPixels)
  const { width, height, hasAlpha, orientation = 1 } = header
  const fits = width <= MAX_EDGE && height <= MAX_EDGE
  const isUpright = orientation === 1
  if (isUpright && fits && bytes.length <= SMALL) return { data: bytes, mediaType }

  const image = openImage(bytes, maxPixels)
    .autoOrient()
    .resize(MAX_EDGE, MAX_EDGE, { fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: PATIENCE })
  const encoded = hasAlpha ? image.png() : image.jpeg({ quality: 85 })
  const data = await decoding(() => encoded.toBuffer()).catch((cause: unknown) => refuse(kind, cause))
  if (isUpright && data.length >= bytes.length) return { data: bytes, mediaType }
  return { data, mediaType: hasAlpha ? 'image/png' : 'image/jpeg' }
}

async function inspect(bytes: Buffer, maxPixels: number): Promise<{ kind: ImageKind; header: Metadata }> {
  const kind = sniffImage(bytes)
  if (!kind) throw new ApiError('NOT_AN_IMAGE', 'The file is not a JPEG, PNG, GIF or WebP image.')
  // Without the library's limit, which does not count frames and would call a bomb undecodable.
  const header = await openImage(bytes, false)
    .metadata()
    .catch((cause: unknown) => refuse(kind, cause))
  // The library, too, goes by the bytes, and knows more formats than are let in here.
  if (header.format !== kind.extension) refuse(kind, `decoded as ${header.format}`)
  const { width, height, pages = 1 } = header
  if (width * height * pages > maxPixels) {
    const frames = pages > 1 ? ` in ${pages} frames` : ''
    throw new ApiError(
      'FILE_TOO_LARGE',
      `The image has ${width} x ${height} pixels${frames}; the limit is ${maxPixels} in all.`,
    )
  }
  return { kind, header }
}

function openImage(bytes: Buffer, limitInputPixels: number | false): Sharp {
  // Each image is handled once, so a cache only costs memory, and many are handled at once, a thread each.
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp(bytes, { failOn: 'error', limitInputPixels })
}

function refuse(kind: ImageKind, cause: unknown): never {
  throw new ApiError(
    'NOT_AN_IMAGE',
    `The file begins like a ${kind.extension} image but is not one.`,
    {},
    cause,
  )
}

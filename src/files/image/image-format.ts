import { ApiError } from '../../platform/errors.ts'

export interface ImageFormat {
  readonly mediaType: string
  readonly extension: 'jpeg' | 'png' | 'gif' | 'webp' | 'avif'
}

/** Longest edge that is of use to a model; larger ones are scaled down by the models' own servers. */
export const MAX_EDGE = 2048

const latin1 = (bytes: Buffer, from: number, to: number): string =>
  bytes.subarray(from, to).toString('latin1')

/** The brands that the first box of a file of ISO boxes (MP4, HEIC, AVIF) names; empty for any other file. */
function brandsOf(bytes: Buffer): string[] {
  if (latin1(bytes, 4, 8) !== 'ftyp') return []
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, MOST_BRANDS_END)
  const brands = [latin1(bytes, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin1(bytes, at, at + 4))
  return brands
}

const MOST_BRANDS_END = 256

const begins = (...texts: string[]) => {
  return (bytes: Buffer): boolean => texts.some((text) => latin1(bytes, 0, text.length) === text)
}
const hasBrand = (pattern: RegExp) => {
  return (bytes: Buffer): boolean => brandsOf(bytes).some((brand) => pattern.test(brand))
}

const FORMATS: readonly (ImageFormat & { matches: (bytes: Buffer) => boolean })[] = [
  { mediaType: 'image/jpeg', extension: 'jpeg', matches: begins('\xff\xd8\xff') },
  { mediaType: 'image/png', extension: 'png', matches: begins('\x89PNG\r\n\x1a\n') },
  { mediaType: 'image/gif', extension: 'gif', matches: begins('GIF87a', 'GIF89a') },
  {
    mediaType: 'image/webp',
    extension: 'webp',
    matches: (bytes) => latin1(bytes, 0, 4) === 'RIFF' && latin1(bytes, 8, 12) === 'WEBP',
  },
  { mediaType: 'image/avif', extension: 'avif', matches: hasBrand(/^avi[fs]$/) },
]

/** Images that people do send and that are not read, and what there is to do about it. */
const OTHERS: readonly { name: string; advice?: string; matches: (bytes: Buffer) => boolean }[] = [
  {
    name: 'a HEIC photo',
    advice:
      'It needs a decoder for HEVC, which is not part of this server: send the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).',
    matches: hasBrand(/^(he(ic|ix|im|is|vc|vx|vm|vs)|mif1|msf1)$/),
  },
  { name: 'a TIFF image', matches: begins('II*\0', 'MM\0*', 'II+\0', 'MM\0+') },
  { name: 'a BMP image', matches: (bytes) => begins('BM')(bytes) && latin1(bytes, 6, 10) === '\0\0\0\0' },
  { name: 'a JPEG XL image', matches: begins('\xff\x0a', '\0\0\0\x0cJXL ') },
  { name: 'a JPEG 2000 image', matches: begins('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51') },
  { name: 'an icon', matches: begins('\0\0\x01\0') },
  { name: 'a Photoshop document', matches: begins('8BPS') },
  { name: 'a PDF document', advice: 'Send its pages as images.', matches: begins('%PDF-') },
  { name: 'an SVG drawing', matches: (bytes) => /^\s*(<\?xml[^>]*>\s*)?<svg\b/.test(latin1(bytes, 0, 512)) },
]

/** What a file is, by its first bytes and never by its name; null for anything but the formats that are read. */
export function sniffImage(bytes: Buffer): ImageFormat | null {
  const format = FORMATS.find(({ matches }) => matches(bytes))
  return format ? { mediaType: format.mediaType, extension: format.extension } : null
}

/** Why a file that `sniffImage` does not know is refused: UNSUPPORTED_IMAGE or NOT_AN_IMAGE (415). */
export function refuseFormat(bytes: Buffer): ApiError {
  const other = OTHERS.find(({ matches }) => matches(bytes))
  const read = 'JPEG, PNG, GIF, WebP and AVIF are read.'
  if (!other) return new ApiError('NOT_AN_IMAGE', `The file is no image that is known here; ${read}`)
  const advice = other.advice ? ` ${other.advice}` : ''
  return new ApiError('UNSUPPORTED_IMAGE', `The file is ${other.name}; ${read}${advice}`)
}

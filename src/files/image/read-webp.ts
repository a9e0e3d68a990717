import { readOrientation } from './exif-orientation.ts'
import { brokenImage, type ImageLayout, Walk } from './image-layout.ts'

const PICTURE = new Set(['VP8X', 'ICCP', 'ANIM', 'ALPH', 'VP8 ', 'VP8L'])
/** Flags in VP8X that announce what is left out: EXIF and XMP. */
const METADATA = 0x08 | 0x04
const HEAD = 12
/** A colour profile is kept when it is not larger. */
const MOST_PROFILE = 1_000_000

/** Stripped, it has no more than its first frame. */
export function readWebp(bytes: Buffer): ImageLayout {
  const walk = new Walk(bytes)
  // What a file says of its length counts, and what stands behind it does not.
  const declared = 8 + walk.u32le(4)
  const end = Math.min(declared, bytes.length)
  walk.keep(0, HEAD)
  let [width, height, frames, orientation] = [0, 0, 0, 1]
  let extended = -1
  let at = HEAD
  while (at + 8 <= end) {
    walk.step()
    const type = walk.text(at, 4)
    const length = walk.u32le(at + 4)
    const next = at + 8 + length + (length & 1)
    const size = sizeIn(walk, type, at + 8)
    width = Math.max(width, size?.[0] ?? 0)
    height = Math.max(height, size?.[1] ?? 0)
    if (type === 'VP8X' && extended < 0) extended = at + 8
    if (type === 'EXIF') orientation = readOrientation(exifBlock(bytes.subarray(at + 8, next)))
    if (type === 'ANMF') frames += 1
    const kept = PICTURE.has(type) && !(type === 'ICCP' && length > MOST_PROFILE)
    if (kept || (type === 'ANMF' && frames === 1)) walk.keep(at, next)
    at = next
  }
  if (width === 0 || height === 0) throw brokenImage('it has no picture')
  const whole = at <= end && declared <= bytes.length
  const strip = () => ({ data: withoutMetadata(walk, extended), whole })
  return { width, height, frames: Math.max(1, frames), orientation, ordinary: true, strip }
}

/** The size that a chunk declares, if it is one that does. */
function sizeIn(walk: Walk, type: string, at: number): [width: number, height: number] | null {
  if (type === 'VP8X') return [walk.u24le(at + 4) + 1, walk.u24le(at + 7) + 1]
  if (type === 'VP8 ') return [walk.u16le(at + 6) & 0x3fff, walk.u16le(at + 8) & 0x3fff]
  if (type !== 'VP8L') return null
  const bits = walk.u32le(at + 1)
  return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
}

/** Some writers begin it as JPEG has it. */
const exifBlock = (chunk: Buffer): Buffer =>
  chunk.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? chunk.subarray(6) : chunk

function withoutMetadata(walk: Walk, extended: number): Buffer {
  const kept = walk.kept()
  if (kept === walk.bytes) return kept
  kept.writeUInt32LE(kept.length - 8, 4)
  // Of the kept pieces the extended header is the first: it stands where it stood.
  if (extended === HEAD + 8 && extended < kept.length)
    kept.writeUInt8(kept.readUInt8(extended) & ~METADATA, extended)
  return kept
}

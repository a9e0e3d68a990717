import { readOrientation } from './exif-orientation.ts'
import { brokenImage, type ImageLayout, Walk } from './image-layout.ts'

/** What makes the picture. All other chunks are left out unread: texts inflate to a thousand times their size. */
const PICTURE = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB'])
/** A colour profile is kept when it is not larger, compressed. */
const MOST_PROFILE = 65_536
/** Length, type and checksum of a chunk. */
const AROUND = 12

export function readPng(bytes: Buffer): ImageLayout {
  const walk = new Walk(bytes)
  if (walk.u32(8) !== 13 || walk.text(12, 4) !== 'IHDR') throw brokenImage('it has no header')
  const [width, height, depth] = [walk.u32(16), walk.u32(20), walk.u8(24)]
  if (width === 0 || height === 0) throw brokenImage('it has no size')
  walk.keep(0, 8)
  let [frames, orientation, profiles, whole] = [1, 1, 0, false]
  for (let at = 8; at + AROUND <= bytes.length && !whole; ) {
    walk.step()
    const length = walk.u32(at)
    const type = walk.text(at + 4, 4)
    const end = at + AROUND + length
    if (type === 'acTL' && length >= 4) frames = Math.max(1, walk.u32(at + 8))
    if (type === 'eXIf') orientation = readOrientation(bytes.subarray(at + 8, end - 4))
    const profile = type === 'iCCP' && length <= MOST_PROFILE && profiles === 0
    if (profile) profiles += 1
    if (PICTURE.has(type) || profile) walk.keep(at, end)
    whole = type === 'IEND' && end <= bytes.length
    at = end
  }
  const strip = () => ({ data: walk.kept(), whole })
  return { width, height, frames, orientation, ordinary: depth <= 8, strip }
}

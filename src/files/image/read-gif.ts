import { brokenImage, type ImageLayout, Walk } from './image-layout.ts'

const EXTENSION = 0x21
const IMAGE = 0x2c
const CONTROL = 0xf9

/** Bytes of the table of colours that a flag announces. */
const tableOf = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)

/** Stripped, it is its first frame. */
export function readGif(bytes: Buffer): ImageLayout {
  const walk = new Walk(bytes)
  let [width, height] = [walk.u16le(6), walk.u16le(8)]
  let at = 13 + tableOf(walk.u8(10))
  walk.keep(0, at)
  let frames = 0
  while (at < bytes.length) {
    walk.step()
    const kind = walk.u8(at)
    if (kind === EXTENSION) {
      const end = endOfBlocks(walk, at + 2)
      // How the frame is drawn, its transparency for one. Comments and applications' own data are left out.
      if (frames === 0 && walk.u8(at + 1) === CONTROL) walk.keep(at, end)
      at = end
    } else if (kind === IMAGE) {
      // A frame may be larger than the canvas, which grows then.
      width = Math.max(width, walk.u16le(at + 1) + walk.u16le(at + 5))
      height = Math.max(height, walk.u16le(at + 3) + walk.u16le(at + 7))
      const end = endOfBlocks(walk, at + 11 + tableOf(walk.u8(at + 9)))
      if (frames === 0) walk.keep(at, end)
      frames += 1
      at = end
    } else {
      break
    }
  }
  if (frames === 0 || width === 0 || height === 0) throw brokenImage('it has no frame')
  const whole = at <= bytes.length
  const strip = () => ({ data: Buffer.concat([walk.kept(), TRAILER]), whole })
  return { width, height, frames, orientation: 1, ordinary: true, strip }
}

const TRAILER = Buffer.from([0x3b])

/** Data comes in blocks of at most 255 bytes, the last one empty. Behind the file when it ends before. */
function endOfBlocks(walk: Walk, from: number): number {
  const { bytes } = walk
  let at = from
  while (at < bytes.length) {
    walk.step()
    const length = bytes[at] as number
    at += 1 + length
    if (length === 0) return at
  }
  return bytes.length + 1
}

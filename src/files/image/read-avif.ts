import { brokenImage, type ImageLayout, Walk } from './image-layout.ts'

/** Where the properties of the images stand: boxes in boxes, and this is the only way down that is taken. */
const WAY = ['meta', 'iprp', 'ipco'] as const
/** A box that begins with its version and flags. */
const VERSIONED = 4

/**
 * Of all images in the file (parts, previews and masks have sizes of their own) the largest counts. It is never sent as
 * it is, so nothing is stripped; its decoder turns it by itself.
 */
export function readAvif(bytes: Buffer): ImageLayout {
  const walk = new Walk(bytes)
  let [from, to] = [0, bytes.length]
  for (const type of WAY) {
    const found = boxesIn(walk, from, to).find((box) => box.type === type)
    if (!found) throw brokenImage(`it has no ${type}`)
    from = found.from + (type === 'meta' ? VERSIONED : 0)
    to = found.to
  }
  let [width, height] = [0, 0]
  for (const box of boxesIn(walk, from, to)) {
    if (box.type !== 'ispe') continue
    const size = [walk.u32(box.from + VERSIONED), walk.u32(box.from + VERSIONED + 4)] as const
    if (size[0] * size[1] > width * height) [width, height] = size
  }
  if (width === 0 || height === 0) throw brokenImage('it has no size')
  const strip = () => ({ data: bytes, whole: true })
  return { width, height, frames: 1, orientation: 1, ordinary: false, strip }
}

interface Box {
  readonly type: string
  readonly from: number
  readonly to: number
}

function boxesIn(walk: Walk, from: number, to: number): Box[] {
  const boxes: Box[] = []
  for (let at = from; at + 8 <= to; ) {
    walk.step()
    const size = walk.u32(at)
    // 0: to the end. 1: the size is a larger number, which stands behind the type.
    const long = size === 1
    const end = size === 0 ? to : at + (long ? walk.u32(at + 8) * 2 ** 32 + walk.u32(at + 12) : size)
    const begin = at + (long ? 16 : 8)
    if (end < begin) throw brokenImage('a box is too small')
    boxes.push({ type: walk.text(at + 4, 4), from: begin, to: Math.min(end, to) })
    if (boxes.length > MOST_BOXES) throw brokenImage('too many boxes')
    at = end
  }
  return boxes
}

const MOST_BOXES = 10_000

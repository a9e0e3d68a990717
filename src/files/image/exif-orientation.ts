const ORIENTATION = 0x0112
const SHORT = 3
const MOST_ENTRIES = 1000

/**
 * How a camera was held, out of an EXIF block (from its byte order on): 1 to 8; 1, upright, where the block does not say
 * or is broken. Nothing else of the block is looked at.
 */
export function readOrientation(block: Buffer): number {
  const order = block.subarray(0, 2).toString('latin1')
  if (block.length < 14 || (order !== 'II' && order !== 'MM')) return 1
  const little = order === 'II'
  const u16 = (at: number): number => (little ? block.readUInt16LE(at) : block.readUInt16BE(at))
  const first = little ? block.readUInt32LE(4) : block.readUInt32BE(4)
  if (first + 2 > block.length) return 1
  const entries = Math.min(u16(first), MOST_ENTRIES)
  for (let entry = 0; entry < entries; entry += 1) {
    const at = first + 2 + entry * 12
    if (at + 12 > block.length) return 1
    if (u16(at) !== ORIENTATION || u16(at + 2) !== SHORT) continue
    const value = u16(at + 8)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** What the directory at the end of a zip file says of its parts. Nothing is inflated. */
export interface ZipDirectory {
  readonly names: readonly string[]
  readonly parts: readonly ZipPart[]
  /** Bytes of all parts, as they claim to be when they are inflated. */
  readonly inflated: number
}

/** Where a part of a zip file is, and how it is packed; all of it as the directory says. */
export interface ZipPart {
  readonly name: string
  readonly flags: number
  /** 0: as it is; 8: deflated. */
  readonly method: number
  readonly crc: number
  /** Bytes, as they are in the file. */
  readonly packed: number
  /** Where its head begins. */
  readonly at: number
}

const END = 0x06054b50
const PART = 0x02014b50
/** The end is at most as far from the end of the file as its comment is long. */
const LONGEST_END = 22 + 65_535
/** More than any Office file has. */
const MOST_PARTS = 20_000

/** Null for what is no zip file, or one whose directory cannot be read (also one of too many parts, or of 4 GB). */
export function readZipDirectory(bytes: Buffer): ZipDirectory | null {
  if (bytes.length < 22 || bytes.readUInt32BE(0) !== 0x504b0304) return null
  const lowest = Math.max(0, bytes.length - LONGEST_END)
  let end = bytes.length - 22
  while (end >= lowest && bytes.readUInt32LE(end) !== END) end -= 1
  if (end < lowest) return null
  const count = bytes.readUInt16LE(end + 10)
  if (count > MOST_PARTS) return null
  let at = bytes.readUInt32LE(end + 16)
  const parts: ZipPart[] = []
  let inflated = 0
  for (let part = 0; part < count; part += 1) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== PART) return null
    inflated += bytes.readUInt32LE(at + 24)
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
    parts.push({
      name: bytes.toString('utf8', at + 46, nameEnd),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      at: bytes.readUInt32LE(at + 42),
    })
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return { names: parts.map(({ name }) => name), parts, inflated }
}

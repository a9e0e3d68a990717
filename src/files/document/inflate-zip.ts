import { crc32, inflateRawSync } from 'node:zlib'
import { type ExtractionLimits, TooLarge, Unreadable } from './extraction-limits.ts'
import { readZipDirectory, type ZipPart } from './read-zip-directory.ts'

const HEAD = 0x04034b50
const PART = 0x02014b50
const END = 0x06054b50
const VERSION = 20
const UTF8 = 0x0800
const ENCRYPTED = 0x0001
const MOST_BYTES = 0xffff_ffff

/**
 * A zip file with the wanted parts of another one, none of them packed any more. So its reader has nothing to inflate: that
 * of workbooks starts a thread for each large part, and a thread alone reserves as much memory as a document may take. What
 * is bounded is what comes out, whatever the parts claim.
 * @param rewrite what a part becomes, which is no longer than it was
 * @throws {TooLarge}; {Unreadable}; what zlib says of a part that is broken
 */
export function inflateZip(
  bytes: Buffer,
  { inflatedMax }: Pick<ExtractionLimits, 'inflatedMax'>,
  isWanted: (name: string) => boolean,
  rewrite: (data: Buffer) => Buffer = (data) => data,
): Buffer {
  const parts = (readZipDirectory(bytes)?.parts ?? []).filter(({ name }) => isWanted(name))
  const most = Math.min(inflatedMax, MOST_BYTES)
  const files: Buffer[] = []
  const listed: Buffer[] = []
  let [left, at] = [most, 0]
  for (const part of parts) {
    const inflated = inflate(bytes, part, left)
    if (inflated === null) throw new TooLarge(`it inflates to more than ${most} bytes`)
    left -= inflated.length
    const data = rewrite(inflated)
    const name = Buffer.from(part.name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(VERSION, 0)
    common.writeUInt16LE(UTF8, 2)
    common.writeUInt32LE(data === inflated ? part.crc : crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(name.length, 22)
    files.push(u32(HEAD), common, name, data)
    listed.push(u32(PART), u16(VERSION), common, Buffer.alloc(10), u32(at), name)
    at += 4 + common.length + name.length + data.length
  }
  const directory = Buffer.concat(listed)
  const counts = [u16(parts.length), u16(parts.length)]
  const end = [u32(END), Buffer.alloc(4), ...counts, u32(directory.length), u32(at), Buffer.alloc(2)]
  return Buffer.concat([...files, directory, ...end])
}

/** Null for more than `most` bytes. */
function inflate(bytes: Buffer, { flags, method, packed, at }: ZipPart, most: number): Buffer | null {
  if ((flags & ENCRYPTED) !== 0) throw new Unreadable('it is protected by a password')
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== HEAD) throw new Unreadable('it is broken')
  const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const data = bytes.subarray(from, from + packed)
  if (method === 0) return data.length > most ? null : data
  if (method !== 8) throw new Unreadable('it is packed in a way that is not read')
  try {
    // A limit of 0 is none.
    return inflateRawSync(data, { maxOutputLength: Math.max(1, most) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null
    throw error
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

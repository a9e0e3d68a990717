import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** More pixels than any picture of these tests has. */
export const MAX_PIXELS = 50_000_000

export const red = (width: number, height: number, channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } })

/** Noise does not compress, so its files are large. */
export const noise = (width: number, height: number): Sharp =>
  sharp({
    create: {
      ...{ width, height, channels: 3, background: 'grey' },
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })

/** Frames of one colour each, as an animation. */
export async function animation(format: 'gif' | 'webp', ...colours: string[]): Promise<Buffer> {
  const frames = colours.map((background) =>
    sharp({ create: { width: 10, height: 10, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .toFormat(format, { loop: 0, delay: colours.map(() => 100) })
    .toBuffer()
}

/** A PNG of a few bytes that declares a size, as a bomb does. */
export async function pngThatDeclares(width: number, height: number): Promise<Buffer> {
  const bytes = await red(1, 1).png().toBuffer()
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A PNG with more behind its header. */
export async function pngWith(...chunks: Buffer[]): Promise<Buffer> {
  const bytes = await red(8, 8).png().toBuffer()
  return Buffer.concat([bytes.subarray(0, 33), ...chunks, bytes.subarray(33)])
}

export function jpegSegment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** A JPEG with more behind its first marker. */
export async function jpegWith(...segments: Buffer[]): Promise<Buffer> {
  const bytes = await red(8, 8).jpeg().toBuffer()
  return Buffer.concat([bytes.subarray(0, 2), ...segments, bytes.subarray(2)])
}

export function webpChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
}

/** A WebP in the form that may hold more than its picture, and holds it. */
export async function webpWith(...chunks: Buffer[]): Promise<Buffer> {
  const bytes = await red(8, 8).webp().toBuffer()
  const extended = Buffer.alloc(10)
  extended.writeUInt8(0x2c)
  extended.writeUIntLE(7, 4, 3)
  extended.writeUIntLE(7, 7, 3)
  const body = Buffer.concat([
    ...[Buffer.from('WEBP'), webpChunk('VP8X', extended)],
    ...[bytes.subarray(12), ...chunks],
  ])
  return webpChunk('RIFF', body)
}

/** A GIF with more before its first frame. */
export async function gifWith(...extensions: Buffer[]): Promise<Buffer> {
  const bytes = await red(8, 8).gif().toBuffer()
  const table = bytes.readUInt8(10)
  const at = 13 + (table & 0x80 ? 3 * 2 ** ((table & 7) + 1) : 0)
  return Buffer.concat([bytes.subarray(0, at), ...extensions, bytes.subarray(at)])
}

/** Data in the blocks that a GIF has it in. */
export function gifBlocks(label: number, data: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from([0x21, label])]
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([...blocks, Buffer.from([0])])
}

/** An EXIF block that says how the camera was held, and where. */
export function exif(orientation: number): Buffer {
  const block = Buffer.alloc(26)
  block.write('II*\0', 'latin1')
  block.writeUInt32LE(8, 4)
  block.writeUInt16LE(1, 8)
  block.writeUInt16LE(0x0112, 10)
  block.writeUInt16LE(3, 12)
  block.writeUInt32LE(1, 14)
  block.writeUInt16LE(orientation, 18)
  return block
}

export function box(type: string, ...contents: Buffer[]): Buffer {
  const head = Buffer.alloc(8)
  const body = Buffer.concat(contents)
  head.writeUInt32BE(body.length + 8)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

/** What inflates to a thousand times its size. */
export const bomb = (bytes: number): Buffer => deflateSync(Buffer.alloc(bytes, 'a'))

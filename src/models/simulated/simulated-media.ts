import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

const EDGE = 64
/** Samples of a second, and how many a word takes. */
const RATE = 8000
const PER_WORD = 2000
const LONGEST = 10 * RATE

/** A square in a colour that depends on the text alone, as PNG. */
export function simulatedImage(text: string): Buffer {
  const colour = createHash('sha256').update(text).digest().subarray(0, 3)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(EDGE * 3, colour)])
  const head = Buffer.alloc(13)
  head.writeUInt32BE(EDGE, 0)
  head.writeUInt32BE(EDGE, 4)
  head.set([8, 2], 8)
  const pixels = deflateSync(Buffer.concat(Array<Buffer>(EDGE).fill(row)))
  const chunks = [chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A recording as long as the text: a tone as WAV, or silence as MP3. Null for any other kind. */
export function simulatedSound(text: string, format: string): Buffer | null {
  const samples = Math.min(LONGEST, PER_WORD * (1 + text.split(/\s+/).length))
  if (format === 'mp3') return silence(samples / RATE)
  return format === 'wav' ? tone(samples) : null
}

function tone(samples: number): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + samples * 2, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(samples * 2, 40)
  const data = Buffer.alloc(samples * 2)
  for (let at = 0; at < samples; at += 1) data.writeInt16LE(Math.round(3000 * Math.sin(at / 3)), at * 2)
  return Buffer.concat([head, data])
}

/** Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: all zero behind their heads they are silent. */
function silence(seconds: number): Buffer {
  const frame = Buffer.alloc(417)
  frame.set([0xff, 0xfb, 0x90, 0x64])
  return Buffer.concat(Array<Buffer>(Math.ceil(seconds / 0.0261)).fill(frame))
}

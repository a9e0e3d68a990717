import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { checkImage, optimiseImage, sniffImage } from '../../../src/files/image.ts'
import { ApiError, type Reason } from '../../../src/platform/errors.ts'

const MAX_PIXELS = 50_000_000

const red = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } })

/** Noise does not compress, so its files are large. */
const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })

/** A PNG of a few bytes that declares a size, as a bomb does. */
async function pngThatDeclares(width: number, height: number): Promise<Buffer> {
  const bytes = await red(1, 1).png().toBuffer()
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

const refusedAs = (reason: Reason) => (error: unknown) => error instanceof ApiError && error.reason === reason

test('JPEG, PNG, WebP and GIF are known by their bytes, with their size', async () => {
  const image = red(30, 20)
  for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
    const bytes = await image.clone().toFormat(format).toBuffer()
    const kind = { mediaType: `image/${format}`, extension: format }
    assert.deepEqual(sniffImage(bytes), kind)
    assert.deepEqual(await checkImage(bytes, MAX_PIXELS), { ...kind, width: 30, height: 20 })
  }
})

test('other formats, other files and nothing are no images', async () => {
  const others = [
    await red(8, 8).tiff().toBuffer(),
    await red(8, 8).avif().toBuffer(),
    Buffer.from('BM6\0\0\0'),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
    Buffer.from('%PDF-1.7'),
    Buffer.from('RIFF____WAVE'),
    Buffer.from([0xff, 0xd8]),
    Buffer.alloc(0),
  ]
  for (const bytes of others) {
    assert.equal(sniffImage(bytes), null)
    await assert.rejects(checkImage(bytes, MAX_PIXELS), refusedAs('NOT_AN_IMAGE'))
  }
})

test('garbage behind a valid beginning is refused as no image', async () => {
  const beginnings = [
    Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    Buffer.from('GIF89a'),
    Buffer.from('RIFF\x10\0\0\0WEBP', 'latin1'),
  ]
  for (const beginning of beginnings) {
    const bytes = Buffer.concat([beginning, Buffer.from('this is not an image at all'.repeat(9))])
    assert.ok(sniffImage(bytes))
    await assert.rejects(checkImage(bytes, MAX_PIXELS), refusedAs('NOT_AN_IMAGE'))
  }
})

test('a picture cut off in its body is refused when it is decoded', async () => {
  const bytes = await noise(3000, 100).jpeg().toBuffer()
  const half = bytes.subarray(0, bytes.length / 2)
  await checkImage(half, MAX_PIXELS)
  await assert.rejects(optimiseImage(half, 'image/jpeg', MAX_PIXELS), refusedAs('NOT_AN_IMAGE'))
})

test('a bomb is refused by the size that it declares, at the pixel', async () => {
  const bomb = await pngThatDeclares(100_000, 100_000)
  assert.ok(bomb.length < 1000)
  await assert.rejects(checkImage(bomb, MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))
  await assert.rejects(optimiseImage(bomb, 'image/png', MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))

  const image = await red(30, 20).png().toBuffer()
  await checkImage(image, 600)
  await assert.rejects(checkImage(image, 599), refusedAs('FILE_TOO_LARGE'))
})

test('a bomb of any kind is refused by what its head declares, before anything is decoded', async () => {
  const gif = await red(1, 1).gif().toBuffer()
  // The canvas, and the one frame on it: its separator, then left, top, width and height.
  const place = gif.lastIndexOf(0x2c)
  for (const at of [6, 8, place + 5, place + 7]) gif.writeUInt16LE(65_535, at)
  const jpeg = await red(1, 1).jpeg().toBuffer()
  // The frame header: its marker, its length, the precision, then height and width.
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(65_500, frame + 5)
  jpeg.writeUInt16BE(65_500, frame + 7)
  for (const bomb of [gif, jpeg]) {
    await assert.rejects(checkImage(bomb, MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))
    await assert.rejects(optimiseImage(bomb, 'image/x', MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))
  }
})

test('while images are checked and made smaller, the process does other things', async () => {
  const bytes = await noise(2400, 1800).jpeg().toBuffer()
  let messages = 0
  const clock = setInterval(() => {
    messages += 1
  }, 1)
  await Promise.all(Array.from({ length: 4 }, () => optimiseImage(bytes, 'image/jpeg', MAX_PIXELS)))
  clearInterval(clock)
  // The work takes hundreds of milliseconds; on this thread it would leave none for the clock.
  assert.ok(messages > 10, `${messages} messages`)
})

test('the frames of an animation count together', async () => {
  const shades = ['black', 'grey', 'white'].map((background) =>
    sharp({ create: { width: 10, height: 10, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  const frames = await Promise.all(shades)
  for (const format of ['gif', 'webp'] as const) {
    const bytes = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer()
    assert.equal((await checkImage(bytes, 300)).height, 10)
    await assert.rejects(checkImage(bytes, 299), refusedAs('FILE_TOO_LARGE'))
  }
})

test('a small upright image is sent as it came', async () => {
  const bytes = await red(2048, 100).jpeg().toBuffer()
  const result = await optimiseImage(bytes, 'image/jpeg', MAX_PIXELS)
  assert.equal(result.data, bytes)
  assert.equal(result.mediaType, 'image/jpeg')
})

test('a large image is fitted into 2048 x 2048 in proportion, and becomes smaller', async () => {
  const bytes = await noise(2400, 1200).jpeg().toBuffer()
  const { data, mediaType } = await optimiseImage(bytes, 'image/jpeg', MAX_PIXELS)
  const { width, height, format } = await sharp(data).metadata()
  assert.deepEqual([width, height, format, mediaType], [2048, 1024, 'jpeg', 'image/jpeg'])
  assert.ok(data.length < bytes.length)
})

test('transparency is kept; an opaque image becomes a JPEG', async () => {
  const transparent = await noise(2100, 1000).ensureAlpha(0.5).png().toBuffer()
  const kept = await optimiseImage(transparent, 'image/png', MAX_PIXELS)
  assert.equal(kept.mediaType, 'image/png')
  assert.equal((await sharp(kept.data).metadata()).hasAlpha, true)

  const opaque = await noise(1000, 1000).png().toBuffer()
  assert.equal((await optimiseImage(opaque, 'image/png', MAX_PIXELS)).mediaType, 'image/jpeg')
})

test('an image that lies on its side is turned upright, and what is re-encoded bears no metadata', async () => {
  const bytes = await red(40, 20)
    .jpeg()
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
    .withMetadata({ orientation: 6 })
    .toBuffer()
  assert.ok((await sharp(bytes).metadata()).exif)
  const { data } = await optimiseImage(bytes, 'image/jpeg', MAX_PIXELS)
  const { width, height, exif, orientation } = await sharp(data).metadata()
  assert.deepEqual([width, height, exif, orientation], [20, 40, undefined, undefined])
})

test('a result that would be larger than the original is not used', async () => {
  const bytes = await red(2100, 2100).png({ palette: true, colours: 2 }).toBuffer()
  const result = await optimiseImage(bytes, 'image/png', MAX_PIXELS)
  assert.equal(result.data, bytes)
})

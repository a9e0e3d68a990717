import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkImage } from '../../../../src/files/image/check-image.ts'
import { sniffImage } from '../../../../src/files/image/image-format.ts'
import { ApiError, type Reason } from '../../../../src/platform/errors.ts'
import {
  animation,
  box,
  exif,
  gifBlocks,
  gifWith,
  jpegSegment,
  jpegWith,
  MAX_PIXELS,
  pngChunk,
  pngThatDeclares,
  pngWith,
  red,
  webpChunk,
  webpWith,
} from '../../../support/pictures.ts'

const refusedAs = (reason: Reason) => (error: unknown) => error instanceof ApiError && error.reason === reason

test('JPEG, PNG, WebP, GIF and AVIF are known by their bytes, with their size', async () => {
  const image = red(30, 20)
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    const bytes = await image.clone().toFormat(format).toBuffer()
    assert.deepEqual(sniffImage(bytes), { mediaType: `image/${format}`, extension: format })
    const { layout, extension } = checkImage(bytes, MAX_PIXELS)
    const { width, height, frames, orientation } = layout
    assert.deepEqual([extension, width, height, frames, orientation], [format, 30, 20, 1, 1])
  }
})

test('an image of a format that is not read is refused by its name, and what to do is said', async () => {
  const others: [RegExp, Buffer][] = [
    [/HEIC.*send the photo as JPEG/, box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'))],
    [/HEIC/, box('ftyp', Buffer.from('mif1\0\0\0\0mif1heix'))],
    [/TIFF/, await red(8, 8).tiff().toBuffer()],
    [/BMP/, Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0')],
    [/SVG/, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
    [/PDF.*pages/, Buffer.from('%PDF-1.7')],
    [/JPEG XL/, Buffer.from([0xff, 0x0a, 0, 0])],
  ]
  for (const [words, bytes] of others) {
    assert.equal(sniffImage(bytes), null)
    assert.throws(() => checkImage(bytes, MAX_PIXELS), refusedAs('UNSUPPORTED_IMAGE'))
    assert.throws(() => checkImage(bytes, MAX_PIXELS), words)
  }
})

test('other files and nothing are no images', () => {
  const others = [
    ...[Buffer.from('RIFF____WAVE'), Buffer.from([0xff, 0xd8]), Buffer.from('hello'), Buffer.alloc(0)],
    box('ftyp', Buffer.from('isom\0\0\0\0isommp42')),
    Buffer.from('\0\0\0\x08ftyp'),
  ]
  for (const bytes of others) {
    assert.equal(sniffImage(bytes), null)
    assert.throws(() => checkImage(bytes, MAX_PIXELS), refusedAs('NOT_AN_IMAGE'))
  }
})

test('garbage behind a valid beginning is refused as no image', () => {
  const beginnings = [
    Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    Buffer.from('GIF89a'),
    Buffer.from('RIFF\x10\0\0\0WEBP', 'latin1'),
    box('ftyp', Buffer.from('avif\0\0\0\0')),
  ]
  for (const beginning of beginnings) {
    const bytes = Buffer.concat([beginning, Buffer.from('this is not an image at all'.repeat(9))])
    assert.ok(sniffImage(bytes))
    assert.throws(() => checkImage(bytes, MAX_PIXELS), refusedAs('NOT_AN_IMAGE'))
  }
})

test('an image that is cut off anywhere, or has any byte changed, is read or refused, and nothing else', async () => {
  const files = await Promise.all([
    jpegWith(jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(6)]))),
    pngWith(pngChunk('eXIf', exif(6))),
    gifWith(gifBlocks(0xfe, Buffer.from('hello'))),
    webpWith(webpChunk('EXIF', exif(6))),
    red(8, 8).avif().toBuffer(),
    animation('webp', 'black', 'white'),
  ])
  const check = (bytes: Buffer): void => {
    try {
      checkImage(bytes, MAX_PIXELS).layout.strip()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }
  for (const bytes of files) {
    checkImage(bytes, MAX_PIXELS)
    for (let at = 0; at < bytes.length; at += 1) {
      check(bytes.subarray(0, at))
      for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const changed = Buffer.from(bytes)
        changed[at] = byte
        check(changed)
      }
    }
  }
})

test('a bomb is refused by the size that it declares, at the pixel', async () => {
  const huge = await pngThatDeclares(100_000, 100_000)
  assert.ok(huge.length < 1000)
  assert.throws(() => checkImage(huge, MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))

  const image = await red(30, 20).png().toBuffer()
  checkImage(image, 600)
  assert.throws(() => checkImage(image, 599), refusedAs('FILE_TOO_LARGE'))
})

test('a bomb of any kind is refused by what it declares, before anything is decoded', async () => {
  const gif = await red(1, 1).gif().toBuffer()
  // The canvas, and the one frame on it: its separator, then left, top, width and height.
  const place = gif.lastIndexOf(0x2c)
  for (const at of [6, 8, place + 5, place + 7]) gif.writeUInt16LE(65_535, at)
  const frame = Buffer.from(await red(1, 1).gif().toBuffer())
  frame.writeUInt16LE(65_535, place + 5)
  frame.writeUInt16LE(65_535, place + 7)
  const jpeg = await red(1, 1).jpeg().toBuffer()
  // The frame header: its marker, its length, the precision, then height and width.
  const header = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(65_500, header + 5)
  jpeg.writeUInt16BE(65_500, header + 7)
  const webp = await webpWith()
  webp.writeUIntLE(16_383, 24, 3)
  webp.writeUIntLE(16_383, 27, 3)
  const avif = await red(16, 16).avif().toBuffer()
  const size = avif.indexOf('ispe') + 8
  avif.writeUInt32BE(60_000, size)
  avif.writeUInt32BE(60_000, size + 4)
  const frames = await pngWith(pngChunk('acTL', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])))
  for (const each of [gif, frame, jpeg, webp, avif, frames]) {
    assert.throws(() => checkImage(each, MAX_PIXELS), refusedAs('FILE_TOO_LARGE'))
  }
})

test('the frames of an animation count together', async () => {
  for (const format of ['gif', 'webp'] as const) {
    const bytes = await animation(format, 'black', 'grey', 'white')
    const { layout } = checkImage(bytes, 300)
    assert.deepEqual([layout.height, layout.frames], [10, 3])
    assert.throws(() => checkImage(bytes, 299), refusedAs('FILE_TOO_LARGE'))
  }
})

test('what no real image is made of is refused: parts without number', async () => {
  const many = (part: Buffer, times: number) => Buffer.alloc(part.length * times, part)
  const files = await Promise.all([
    jpegWith(many(jpegSegment(0xdb, Buffer.alloc(0)), 1_100_000)),
    pngWith(many(pngChunk('tEXt', Buffer.alloc(0)), 1_100_000)),
    pngWith(
      many(Buffer.concat([pngChunk('tEXt', Buffer.alloc(0)), pngChunk('gAMA', Buffer.alloc(0))]), 110_000),
    ),
    gifWith(many(gifBlocks(0xfe, Buffer.alloc(0)), 1_100_000)),
    webpWith(many(webpChunk('XMP ', Buffer.alloc(0)), 1_100_000)),
    Promise.resolve(Buffer.concat([box('ftyp', Buffer.from('avif\0\0\0\0')), many(box('free'), 1_100_000)])),
  ])
  for (const bytes of files) {
    assert.throws(
      () => checkImage(bytes, MAX_PIXELS),
      refusedAs('NOT_AN_IMAGE'),
      bytes.toString('latin1', 0, 12),
    )
  }
})

test('only what makes the picture remains when a file is stripped, and the file itself where that is all', async () => {
  const secret = Buffer.from('where it was taken')
  const noted = await Promise.all([
    jpegWith(
      jpegSegment(0xfe, secret),
      jpegSegment(0xed, secret),
      jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(6), secret])),
    ),
    pngWith(
      pngChunk('tEXt', secret),
      pngChunk('eXIf', Buffer.concat([exif(6), secret])),
      pngChunk('zTXt', secret),
    ),
    gifWith(gifBlocks(0xfe, secret), gifBlocks(0xff, secret)),
    webpWith(webpChunk('EXIF', Buffer.concat([exif(6), secret])), webpChunk('XMP ', secret)),
  ])
  for (const bytes of noted) {
    assert.ok(bytes.includes(secret))
    // What stands behind the end of a picture, as cameras put films there.
    const { layout, extension } = checkImage(Buffer.concat([bytes, secret]), MAX_PIXELS)
    const { data, whole } = layout.strip()
    assert.ok(whole, extension)
    assert.ok(!data.includes(secret), extension)
    const stripped = checkImage(data, MAX_PIXELS).layout
    assert.deepEqual([stripped.width, stripped.height, stripped.orientation], [8, 8, 1])
    assert.equal(layout.orientation, extension === 'gif' ? 1 : 6)
  }
  const plain = await red(8, 8).jpeg().toBuffer()
  assert.equal(checkImage(plain, MAX_PIXELS).layout.strip().data, plain)
})

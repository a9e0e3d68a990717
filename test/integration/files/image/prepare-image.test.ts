import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import sharp from 'sharp'
import { createImageProcesses } from '../../../../src/files/image/image-processes.ts'
import { prepareImage } from '../../../../src/files/image/prepare-image.ts'
import { ApiError } from '../../../../src/platform/errors.ts'
import {
  animation,
  exif,
  jpegSegment,
  jpegWith,
  MAX_PIXELS,
  noise,
  pngChunk,
  pngWith,
  red,
} from '../../../support/pictures.ts'

const noImage = (error: unknown) => error instanceof ApiError && error.reason === 'NOT_AN_IMAGE'

/** The colour of a pixel, 0 to 255. */
async function pixel(data: Buffer, left: number, top: number): Promise<number[]> {
  const image = sharp(data).removeAlpha().toColourspace('srgb')
  return [...(await image.extract({ left, top, width: 1, height: 1 }).raw().toBuffer())]
}

const near = (found: readonly number[], wanted: readonly number[], off = 40) =>
  assert.ok(
    found.length === wanted.length && found.every((each, at) => Math.abs(each - (wanted[at] ?? 0)) <= off),
    `${found} is not ${wanted}`,
  )

describe('an image as it is sent to a model', () => {
  const imageProcesses = createImageProcesses({
    most: 1,
    memory: 1e9,
    timeoutMs: 60_000,
    maxPixels: 50_000_000,
  })
  after(() => imageProcesses.close())
  const prepare = (bytes: Buffer, optimise = true) =>
    prepareImage({ imageProcesses, imagePixelsMax: MAX_PIXELS }, bytes, optimise)

  test('is the file itself when that is small, upright, and a JPEG or PNG without metadata', async () => {
    const bytes = await red(2048, 100).jpeg().toBuffer()
    assert.deepEqual(await prepare(bytes), { data: bytes, mediaType: 'image/jpeg' })
  })

  test('bears no metadata, though it is not encoded anew', async () => {
    const secret = Buffer.from('where it was taken')
    const bytes = await jpegWith(jpegSegment(0xfe, secret))
    const { data } = await prepare(bytes)
    assert.ok(!data.includes(secret))
    assert.deepEqual(await sharp(data).raw().toBuffer(), await sharp(bytes).raw().toBuffer())
  })

  test('is fitted into 2048 x 2048 in proportion when it is large, and becomes smaller', async () => {
    const bytes = await noise(2400, 600).jpeg().toBuffer()
    const { data, mediaType } = await prepare(bytes)
    const { width, height, format } = await sharp(data).metadata()
    assert.deepEqual([width, height, format, mediaType], [2048, 512, 'jpeg', 'image/jpeg'])
    assert.ok(data.length < bytes.length)
  })

  test('is scaled though its file is small: a scan in black and white', async () => {
    const bytes = await red(4200, 600).png({ palette: true, colours: 2 }).toBuffer()
    assert.ok(bytes.length < 100_000)
    const { width, height } = await sharp((await prepare(bytes)).data).metadata()
    assert.deepEqual([width, height], [2048, 293])
  })

  test('keeps transparency; an opaque image becomes a JPEG', async () => {
    const transparent = await noise(2100, 500).ensureAlpha(0.5).png().toBuffer()
    const kept = await prepare(transparent)
    assert.equal(kept.mediaType, 'image/png')
    assert.equal((await sharp(kept.data).metadata()).hasAlpha, true)
    assert.equal((await prepare(await noise(1000, 1000).png().toBuffer())).mediaType, 'image/jpeg')
  })

  test('is upright, however the camera was held', async () => {
    // Black at the top left, white elsewhere.
    const plain = sharp({ create: { width: 32, height: 16, channels: 3, background: 'white' } })
    const marked = await plain
      .composite([
        { input: { create: { width: 8, height: 8, channels: 3, background: 'black' } }, left: 0, top: 0 },
      ])
      .jpeg()
      .toBuffer()
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const segment = jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(orientation)]))
      const bytes = Buffer.concat([marked.subarray(0, 2), segment, marked.subarray(2)])
      const expected = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })
      const { data } = await prepare(bytes)
      const { width, height, orientation: left } = await sharp(data).metadata()
      assert.deepEqual([width, height, left], [expected.info.width, expected.info.height, undefined])
      for (const [x, y] of [
        [2, 2],
        [width - 3, 2],
        [2, height - 3],
        [width - 3, height - 3],
      ] as const) {
        near(await pixel(data, x, y), [
          ...expected.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
        ])
      }
    }
    const png = await pngWith(pngChunk('eXIf', exif(6)))
    assert.equal((await prepare(png)).mediaType, 'image/jpeg')
  })

  test('is of a format that every server reads, without or with optimising, small or large', async () => {
    const colour = [200, 30, 30]
    for (const [wide, high] of [
      [16, 16],
      [2060, 200],
    ] as const) {
      for (const optimise of [true, false]) {
        const avif = await prepare(await red(wide, high).avif({ effort: 0 }).toBuffer(), optimise)
        assert.equal(avif.mediaType, 'image/jpeg')
        near(await pixel(avif.data, 5, 5), colour)
        const transparent = await prepare(await red(wide, high, 4).avif({ effort: 0 }).toBuffer(), optimise)
        assert.equal(transparent.mediaType, 'image/png')
      }
      for (const format of ['webp', 'gif'] as const) {
        const bytes = await red(wide, high).toFormat(format).toBuffer()
        near(await pixel((await prepare(bytes)).data, 5, 5), colour)
        assert.match((await prepare(bytes)).mediaType, /^image\/(jpeg|png)$/)
        assert.deepEqual(await prepare(bytes, false), { data: bytes, mediaType: `image/${format}` })
      }
    }
  })

  test('is a still: the first frame of an animation, without or with optimising', async () => {
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await animation(format, 'red', 'lime', 'blue')
      for (const optimise of [true, false]) {
        const { data } = await prepare(bytes, optimise)
        const { width, height, pages = 1 } = await sharp(data, { animated: true }).metadata()
        assert.deepEqual([width, height, pages], [10, 10, 1])
        near(await pixel(data, 5, 5), [255, 0, 0])
      }
    }
    const png = await pngWith(pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])))
    for (const optimise of [true, false]) assert.ok(!(await prepare(png, optimise)).data.includes('acTL'))
  })

  test('is sRGB with 8 bits a channel, without or with optimising, small or large', async () => {
    for (const [wide, high] of [
      [16, 16],
      [2060, 200],
    ] as const) {
      const cmyk = await red(wide, high).toColourspace('cmyk').jpeg().toBuffer()
      assert.equal((await sharp(cmyk).metadata()).space, 'cmyk')
      const deep = await red(wide, high).toColourspace('rgb16').png().toBuffer()
      assert.equal((await sharp(deep).metadata()).depth, 'ushort')
      for (const bytes of [cmyk, deep]) {
        for (const optimise of [true, false]) {
          const { data } = await prepare(bytes, optimise)
          const { space, depth } = await sharp(data).metadata()
          assert.deepEqual([space, depth], ['srgb', 'uchar'])
          near(await pixel(data, 5, 5), [200, 30, 30])
        }
      }
    }
  })

  test('is whole, though the file lacks its last bytes, small or large, without or with optimising', async () => {
    for (const size of [100, 1200]) {
      const bytes = await noise(size, size).jpeg({ quality: 95 }).toBuffer()
      const wanted = await sharp(bytes).stats()
      for (const lacking of [1, 2]) {
        for (const optimise of [true, false]) {
          const { data } = await prepare(bytes.subarray(0, -lacking), optimise)
          assert.deepEqual([...data.subarray(-2)], [0xff, 0xd9])
          const found = await sharp(data, { failOn: 'warning' }).stats()
          assert.ok(Math.abs((found.channels[0]?.mean ?? 0) - (wanted.channels[0]?.mean ?? 0)) < 5)
        }
      }
    }
    const gif = await red(20, 20).gif().toBuffer()
    assert.ok((await prepare(gif.subarray(0, -1))).data.length > 0)
  })

  test('is refused when a part of its picture is missing, small or large', async () => {
    const small = noise(100, 100)
    const files = [
      ...[small.jpeg(), small.png(), small.webp(), small.gif({ effort: 1 }), small.avif({ effort: 0 })],
      ...[noise(1200, 1200).jpeg({ quality: 95 }), noise(600, 600).png()],
    ]
    for (const file of files) {
      const bytes = await file.toBuffer()
      const half = bytes.subarray(0, bytes.length / 2)
      await assert.rejects(
        prepare(half),
        noImage,
        `half of ${bytes.length} ${bytes.toString('latin1', 0, 12)}`,
      )
    }
  })

  test('is not what would be larger than the original', async () => {
    const bytes = await red(2000, 2000).png({ palette: true, colours: 2, compressionLevel: 0 }).toBuffer()
    assert.ok(bytes.length > 500_000)
    const { data } = await prepare(bytes)
    assert.ok(data.length <= bytes.length)
  })
})

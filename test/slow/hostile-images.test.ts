import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConverterKilled } from '../../src/files/conversion/converters.ts'
import { UndecodableImage } from '../../src/files/image/image-processes.ts'
import { prepareImage } from '../../src/files/image/prepare-image.ts'
import { ApiError } from '../../src/platform/errors.ts'
import { imageConverters, openImageProcesses } from '../support/image-processes.ts'
import {
  bomb,
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
} from '../support/pictures.ts'
import { until } from '../support/system.ts'

const MB = 1_000_000

/** The most memory that a process has ever had, in bytes; 0 when it is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return 0
  }
}

/**
 * Files whose texts, profiles, notes and previews are large, in every place where a format may have them. Those of a PNG
 * inflate: read by its library, 771 kB of them take 2 GB.
 */
async function hostileFiles(): Promise<Buffer[]> {
  const inflating = bomb(7.9 * MB)
  const named = Buffer.concat([Buffer.from('Comment\0\0'), inflating])
  const international = Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1'), inflating])
  const many = (chunk: Buffer) => Array.from({ length: 100 }, () => chunk)
  const twelve = (chunk: Buffer) => Array.from({ length: 12 }, () => chunk)
  const exifOf = (data: Buffer) => Buffer.concat([Buffer.from('Exif\0\0'), exif(6), data])
  const large = Buffer.alloc(5 * MB)
  const segments = twelve(
    jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x0c'), Buffer.alloc(65_000)])),
  )
  return Promise.all([
    pngWith(...many(pngChunk('zTXt', named))),
    pngWith(...many(pngChunk('iTXt', international))),
    pngWith(...many(pngChunk('iCCP', named))),
    pngWith(...many(pngChunk('eXIf', inflating)), ...many(pngChunk('tEXt', named))),
    jpegWith(...twelve(jpegSegment(0xe1, exifOf(Buffer.alloc(60_000)))), ...segments),
    jpegWith(
      ...twelve(jpegSegment(0xed, inflating.subarray(0, 65_000))),
      jpegSegment(0xfe, Buffer.alloc(60_000)),
    ),
    webpWith(webpChunk('EXIF', exifOf(large)), webpChunk('XMP ', large), webpChunk('ICCP', large)),
    gifWith(gifBlocks(0xfe, large), gifBlocks(0xff, large)),
    pngThatDeclares(7000, 7000),
    pngThatDeclares(1, 50_000_000),
    pngThatDeclares(0x7fffffff, 0x7fffffff),
    avifInBoxes(),
  ])
}

/** Boxes in boxes, each within the one before. */
async function avifInBoxes(): Promise<Buffer> {
  let inner = box('free')
  for (let depth = 0; depth < 3000; depth += 1) inner = box('meta', Buffer.alloc(4), inner)
  return Buffer.concat([box('ftyp', Buffer.from('avif\0\0\0\0')), inner])
}

test('no file makes this process large, or that of images larger than it may be', async (t) => {
  const files = await hostileFiles()
  const imageProcesses = openImageProcesses(t)
  const deps = { imageProcesses, imagePixelsMax: MAX_PIXELS }
  await prepareImage(deps, await red(8, 8, 4).webp().toBuffer(), true)
  const before = process.memoryUsage().rss
  let [largest, converter] = [0, 0]
  const look = setInterval(() => {
    largest = Math.max(largest, process.memoryUsage().rss)
    converter = Math.max(converter, ...imageConverters().map(peakOf))
  }, 20)
  t.after(() => clearInterval(look))
  for (const bytes of files) {
    for (const optimise of [true, false]) {
      await prepareImage(deps, bytes, optimise).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error
      })
    }
    // To the decoder itself, as if nothing had looked at it before.
    await imageProcesses.convert(bytes).catch((error: unknown) => {
      if (!(error instanceof UndecodableImage)) throw error
    })
  }
  const growth = Math.max(0, largest - before)
  assert.ok(growth < 150 * MB, `this process grew by ${growth}`)
  if (platform() === 'linux') assert.ok(converter > 0 && converter < 400 * MB, `the other had ${converter}`)
})

test('an image that needs more memory than it may is refused, and the next one is converted', async (t) => {
  const images = openImageProcesses(t, { memory: 50 * MB })
  // Eight bytes a pixel, all needed at once.
  const large = await red(4500, 4500, 4)
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 1 })
    .toBuffer()
  if (platform() === 'linux') await assert.rejects(images.convert(large), UndecodableImage)
  const { mediaType } = await images.convert(await red(8, 8).webp().toBuffer())
  assert.equal(mediaType, 'image/jpeg')
})

test('a process that is killed from outside is no fault of its image: another one takes it, once', async (t) => {
  const images = openImageProcesses(t)
  const bytes = await red(3000, 3000, 4).png().toBuffer()
  let killed: number[] = []
  const kill = (most: number) =>
    until(() => {
      for (const pid of imageConverters()) {
        if (killed.length >= most || killed.includes(pid)) continue
        process.kill(pid, 'SIGKILL')
        killed.push(pid)
      }
      return killed.length >= most
    })
  const [once] = await Promise.all([images.convert(bytes), kill(1)])
  assert.equal(once.mediaType, 'image/png')
  killed = []
  await Promise.all([assert.rejects(images.convert(bytes), ConverterKilled), kill(2)])
  assert.equal((await images.convert(bytes)).mediaType, 'image/png')
})

test('what converts images ends with the process that started it, however that ends', async () => {
  const owner = fork(join(import.meta.dirname, '../fixtures/image-converter.ts'), { stdio: 'ignore' })
  const [children] = (await once(owner, 'message')) as [number[]]
  assert.equal(children.length, 1)
  owner.kill('SIGKILL')
  await until(() => children.every((pid) => peakOf(pid) === 0))
})

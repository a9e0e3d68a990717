import { readOrientation } from './exif-orientation.ts'
import { brokenImage, type ImageLayout, Walk } from './image-layout.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const COM = 0xfe

/** A frame header, which tells the size; of these numbers some are other markers. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
/** Of no length, between and within scans. */
const isBare = (marker: number): boolean =>
  marker === 0x01 || marker === SOI || (marker >= 0xd0 && marker <= 0xd7)
const ORDINARY_FRAMES = new Set([0xc0, 0xc1, 0xc2])

/** Of a colour profile, which comes in segments of 64 kB. */
const MOST_PROFILE_SEGMENTS = 16

interface Frame {
  readonly width: number
  readonly height: number
  readonly ordinary: boolean
}

/** Only as far as the first scan, unless it is stripped. */
export function readJpeg(bytes: Buffer): ImageLayout {
  const walk = new Walk(bytes)
  walk.keep(0, 2)
  let frame: Frame | null = null
  let orientation = 1
  let profiles = 0
  let at = 2
  for (;;) {
    walk.step()
    at = markerFrom(bytes, at)
    if (at < 0) throw brokenImage('it ends before its picture')
    const marker = walk.u8(at + 1)
    if (isBare(marker)) {
      at += 2
      continue
    }
    if (marker === EOI) throw brokenImage('it has no picture')
    const end = at + 2 + walk.u16(at + 2)
    if (end < at + 4 || end > bytes.length) throw brokenImage('a segment does not fit')
    if (marker === SOS) break
    if (isFrame(marker)) {
      if (frame) throw brokenImage('it has two frame headers')
      frame = readFrame(walk, at, marker)
    }
    if (marker === APP1 && orientation === 1 && walk.text(at + 4, 6) === 'Exif\0\0') {
      orientation = readOrientation(bytes.subarray(at + 10, end))
    }
    const profile = marker === APP2 && walk.text(at + 4, 12) === 'ICC_PROFILE\0'
    if (profile) profiles += 1
    if (isPicture(marker) || (profile && profiles <= MOST_PROFILE_SEGMENTS)) walk.keep(at, end)
    at = end
  }
  if (!frame) throw brokenImage('it has no frame header')
  const scans = at
  return { ...frame, frames: 1, orientation, strip: () => strip(walk, scans) }
}

/** What decoding needs, Adobe's note on the colours (APP14) included. */
const isPicture = (marker: number): boolean =>
  marker === APP0 || marker === APP14 || !((marker > APP0 && marker <= 0xef) || marker === COM)

function readFrame(walk: Walk, at: number, marker: number): Frame {
  const [precision, height, width, components] = [
    walk.u8(at + 4),
    walk.u16(at + 5),
    walk.u16(at + 7),
    walk.u8(at + 9),
  ]
  if (width === 0 || height === 0) throw brokenImage('it has no size')
  const ordinary = ORDINARY_FRAMES.has(marker) && precision === 8 && (components === 1 || components === 3)
  return { width, height, ordinary }
}

/** Goes on at the first scan, to the end of the image. What cameras put behind it (previews, films) is left out. */
function strip(walk: Walk, scans: number): { data: Buffer; whole: boolean } {
  const { bytes } = walk
  let at = scans
  while (at >= 0 && at + 4 <= bytes.length && bytes[at + 1] !== EOI) {
    walk.step()
    const marker = walk.u8(at + 1)
    const next = isBare(marker) ? at + 2 : at + 2 + walk.u16(at + 2)
    at = markerFrom(bytes, next)
  }
  const whole = at >= 0 && bytes[at + 1] === EOI
  walk.keep(scans, whole ? at + 2 : bytes.length)
  return whole ? { data: walk.kept(), whole } : { data: Buffer.concat([walk.kept(), END]), whole }
}

const END = Buffer.from([0xff, EOI])

/** Where the next marker stands; -1 when there is none. Within a scan, 0xFF stands before 0 where it is no marker. */
function markerFrom(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    if (bytes[at] !== 0xff) continue
    const next = bytes[at + 1] as number
    if (next !== 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return -1
}

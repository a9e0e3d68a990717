import sharp, { type Sharp } from 'sharp'
import { checkImage } from './check-image.ts'
import { MAX_EDGE } from './image-format.ts'

// Each image is handled once, so a cache only costs memory; one is handled at a time, by one thread.
sharp.cache(false)
sharp.concurrency(1)
// What is handed in is known to be one of these; nothing else of the library can be reached.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
  ],
})

export interface ConvertedImage {
  readonly data: Buffer<ArrayBufferLike>
  readonly mediaType: 'image/jpeg' | 'image/png'
}

/**
 * An image as every model server takes it: its first frame, upright, within 2048 x 2048, sRGB with 8 bits a channel,
 * without metadata, as JPEG or, if it has an alpha channel, PNG.
 *
 * Runs in a process of its own, see `image-process.ts`: it may take any amount of memory and time, or die.
 * @throws what the decoder says of a picture that is broken, also of one that is cut off
 */
export async function convertImage(bytes: Buffer, maxPixels: number): Promise<ConvertedImage> {
  const { layout } = checkImage(bytes, maxPixels)
  const { data, whole } = layout.strip()
  // A file that lacks its end only has got one by now; one that lacks a part of its picture makes a decoder warn.
  const image = sharp(data, { failOn: whole ? 'error' : 'warning', limitInputPixels: maxPixels })
  const { hasAlpha } = await image.metadata()
  const upright = turn(image, layout.orientation).resize(MAX_EDGE, MAX_EDGE, {
    fit: 'inside',
    withoutEnlargement: true,
  })
  const encoded = hasAlpha ? upright.png() : upright.jpeg({ quality: 85 })
  return { data: await encoded.toBuffer(), mediaType: hasAlpha ? 'image/png' : 'image/jpeg' }
}

/** Turns an image whose camera was held in one of the eight ways of EXIF. */
function turn(image: Sharp, orientation: number): Sharp {
  const { angle, mirror } = TURNS[orientation] ?? { angle: 0, mirror: false }
  const turned = angle === 0 ? image : image.rotate(angle)
  return mirror ? turned.flop() : turned
}

/** Mirrored left to right first, then turned clockwise. */
const TURNS: Readonly<Record<number, { angle: number; mirror: boolean }>> = {
  2: { angle: 0, mirror: true },
  3: { angle: 180, mirror: false },
  4: { angle: 180, mirror: true },
  5: { angle: 270, mirror: true },
  6: { angle: 90, mirror: false },
  7: { angle: 90, mirror: true },
  8: { angle: 270, mirror: false },
}

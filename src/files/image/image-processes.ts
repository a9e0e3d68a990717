import pLimit from 'p-limit'
import { filesUnavailable } from '../files-unavailable.ts'
import type { ConvertedImage } from './convert-image.ts'
import { FRAMES } from './image-frames.ts'
import { type Converter, type ConverterLimits, startConverter } from './start-converter.ts'

export interface ImageProcessesOptions extends ConverterLimits {
  /** How many images are converted at a time, each in a process of its own. */
  readonly most: number
}

/** The picture cannot be decoded, or not with the memory and in the time that it may take. */
export class UndecodableImage extends Error {
  override readonly name = 'UndecodableImage'
}

/** Processes are ended by the machine, and not for a limit of ours: it is short of memory, whatever the image is. */
export class ImageProcessKilled extends Error {
  override readonly name = 'ImageProcessKilled'
}

export interface ImageProcesses {
  /** @throws {UndecodableImage}; {ImageProcessKilled}; {ApiError} FILES_UNAVAILABLE when no process can be started */
  convert(bytes: Buffer): Promise<ConvertedImage>
  /** Ends them, also in the middle of an image. */
  close(): Promise<void>
}

/** A process that nobody needs is ended after so long. */
const IDLE_MS = 60_000
/** A process that was killed may have been the victim of another one. */
const MOST_TRIES = 2

/** Starts nothing before the first image. */
export function createImageProcesses(options: ImageProcessesOptions): ImageProcesses {
  const limit = pLimit(options.most)
  const all = new Set<Converter>()
  const idle = new Map<Converter, NodeJS.Timeout>()
  let closed = false

  function start(): Converter {
    if (closed) throw new ImageProcessKilled('this process is stopping')
    const converter = startConverter(options)
    all.add(converter)
    const forget = (): void => {
      all.delete(converter)
      clearTimeout(idle.get(converter))
      idle.delete(converter)
    }
    converter.ended.then(forget, forget)
    return converter
  }

  function take(): Converter {
    const [converter] = idle.keys()
    if (!converter) return start()
    clearTimeout(idle.get(converter))
    idle.delete(converter)
    return converter
  }

  async function convert(bytes: Buffer, tries = 1): Promise<ConvertedImage> {
    const converter = take()
    const reply = await converter.ask(bytes)
    if ('died' in reply) {
      if (reply.died === 'late') throw new UndecodableImage('decoding it takes too long')
      if (reply.died === 'crashed') throw new UndecodableImage('decoding it takes too much memory, or fails')
      if (tries < MOST_TRIES) return convert(bytes, tries + 1)
      throw new ImageProcessKilled('processes that convert images are killed: is there enough memory?')
    }
    idle.set(converter, setTimeout(() => converter.kill(), IDLE_MS).unref())
    const { kind, data } = reply
    if (kind === FRAMES.failure) throw new UndecodableImage(data.toString())
    return { data, mediaType: kind === FRAMES.png ? 'image/png' : 'image/jpeg' }
  }

  return {
    convert: (bytes) =>
      limit(async () => {
        try {
          return await convert(bytes)
        } catch (error) {
          if (error instanceof UndecodableImage || error instanceof ImageProcessKilled) throw error
          throw filesUnavailable(error, 'Images cannot be converted now.')
        }
      }),
    async close() {
      closed = true
      for (const converter of all) converter.kill()
      await Promise.allSettled([...all].map(({ ended }) => ended))
    },
  }
}

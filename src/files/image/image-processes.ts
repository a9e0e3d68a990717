import { join } from 'node:path'
import type { Asker } from '../../platform/turns.ts'
import { createConverters } from '../conversion/converters.ts'
import type { ConverterLimits } from '../conversion/start-converter.ts'
import type { ConvertedImage } from './convert-image.ts'
import { FRAMES } from './image-frames.ts'

export interface ImageProcessesOptions extends ConverterLimits {
  /** How many images are converted at a time, each in a process of its own. */
  readonly most: number
  readonly maxPixels: number
}

/** The picture cannot be decoded, or not with the memory and in the time that it may take. */
export class UndecodableImage extends Error {
  override readonly name = 'UndecodableImage'
}

export interface ImageProcesses {
  /**
   * @throws {UndecodableImage}; {ConverterKilled}; {ApiError} FILES_UNAVAILABLE when no process can be started; the reason
   *   of the asker's signal, at which the process ends
   */
  convert(bytes: Buffer, by?: Asker): Promise<ConvertedImage>
  /** Ends them, also in the middle of an image. */
  close(): Promise<void>
}

/** More than any image within `MAX_EDGE` has. */
const LARGEST_REPLY = 64_000_000

/** Starts nothing before the first image. */
export function createImageProcesses(options: ImageProcessesOptions): ImageProcesses {
  const program = {
    file: join(import.meta.dirname, 'image-process.ts'),
    arguments: [String(options.maxPixels)],
    largestReply: LARGEST_REPLY,
  }
  const converters = createConverters({ ...options, program, what: 'images' })
  return {
    async convert(bytes, by) {
      const reply = await converters.ask(FRAMES.image, bytes, by)
      if ('died' in reply) {
        if (reply.died === 'late') throw new UndecodableImage('decoding it takes too long')
        throw new UndecodableImage('decoding it takes too much memory, or fails')
      }
      const { kind, data } = reply
      if (kind === FRAMES.failure) throw new UndecodableImage(data.toString())
      return { data, mediaType: kind === FRAMES.png ? 'image/png' : 'image/jpeg' }
    },
    close: () => converters.close(),
  }
}

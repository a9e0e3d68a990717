import { readFrames, sendFrame } from '../conversion/frames.ts'
import { convertImage } from './convert-image.ts'
import { FRAMES } from './image-frames.ts'

// The program of a process that converts images, one after the other: what one of them does to its decoder (memory, time,
// a crash) happens here, where nothing else is. It ends when nobody sends any more.

// Signals to a whole group of processes, as a terminal sends them, are for the process that started this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

const maxPixels = Number(process.argv[2])
const { stdin, stdout } = process

readFrames(stdin, Number.POSITIVE_INFINITY, (_kind, bytes) => {
  convertImage(bytes, maxPixels).then(
    ({ data, mediaType }) => sendFrame(stdout, mediaType === 'image/png' ? FRAMES.png : FRAMES.jpeg, data),
    (error: unknown) => sendFrame(stdout, FRAMES.failure, Buffer.from(String((error as Error).message))),
  )
})

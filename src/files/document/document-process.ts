import { readFrames, sendFrame } from '../conversion/frames.ts'
import { extensionOfKind, REPLIES } from './document-frames.ts'
import { extractDocument } from './extract-document.ts'
import { type ExtractionLimits, TooLarge, Unreadable } from './extraction-limits.ts'

// The program of a process that takes the text out of documents, one after the other: what one of them does to its reader
// (memory, time, a crash) happens here, where nothing else is. It ends when nobody sends any more.

// Signals to a whole group of processes, as a terminal sends them, are for the process that started this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
// A reader that fails where nobody waits fails its document by its time.
process.on('unhandledRejection', () => {})

const limits = JSON.parse(process.argv[2] ?? '') as ExtractionLimits
const { stdin, stdout } = process
// What readers say goes nowhere: the output is for frames.
for (const say of ['log', 'info', 'warn', 'error', 'debug'] as const) console[say] = () => {}

readFrames(stdin, Number.POSITIVE_INFINITY, (kind, bytes) => {
  extract(kind, bytes).then(
    (text) => sendFrame(stdout, REPLIES.text, Buffer.from(text)),
    (error: unknown) => {
      const reply = error instanceof TooLarge ? REPLIES.tooLarge : REPLIES.unreadable
      const isOurs = error instanceof TooLarge || error instanceof Unreadable
      sendFrame(stdout, reply, Buffer.from(isOurs ? error.message : 'it is broken'))
    },
  )
})

async function extract(kind: number, bytes: Buffer): Promise<string> {
  const extension = extensionOfKind(kind)
  if (!extension) throw new Error('not a document')
  return extractDocument(bytes, extension, limits)
}

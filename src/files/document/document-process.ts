import { readFrames, sendFrame } from '../conversion/frames.ts'
import type { PdfLimits } from '../pdf/write-pdf.ts'
import { extensionOfKind, REPLIES, WRITE_PDF } from './document-frames.ts'
import { extractDocument } from './extract-document.ts'
import { type ExtractionLimits, TooLarge, Unreadable } from './extraction-limits.ts'

// The program of a process that takes the text out of documents, or writes them, one after the other: what one of them does
// to its library (memory, time, a crash) happens here, where nothing else is. It ends when nobody sends any more.

// Signals to a whole group of processes, as a terminal sends them, are for the process that started this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
// A reader that fails where nobody waits fails its document by its time.
process.on('unhandledRejection', () => {})

const limits = JSON.parse(process.argv[2] ?? '') as ExtractionLimits & PdfLimits
const { stdin, stdout } = process
// What readers say goes nowhere: the output is for frames.
for (const say of ['log', 'info', 'warn', 'error', 'debug'] as const) console[say] = () => {}

readFrames(stdin, Number.POSITIVE_INFINITY, (kind, bytes) => {
  answer(kind, bytes).then(
    ({ reply, data }) => sendFrame(stdout, reply, data),
    (error: unknown) => {
      const reply = error instanceof TooLarge ? REPLIES.tooLarge : REPLIES.unreadable
      const isOurs = error instanceof TooLarge || error instanceof Unreadable
      sendFrame(stdout, reply, Buffer.from(isOurs ? error.message : 'it is broken'))
    },
  )
})

async function answer(kind: number, bytes: Buffer): Promise<{ reply: number; data: Buffer }> {
  if (kind === WRITE_PDF) {
    const { writePdf } = await import('../pdf/write-pdf.ts')
    const { data, replaced } = await writePdf(bytes.toString(), limits)
    return { reply: replaced ? REPLIES.pdfReplaced : REPLIES.pdf, data }
  }
  const extension = extensionOfKind(kind)
  if (!extension) throw new Error('not a document')
  return { reply: REPLIES.text, data: Buffer.from(await extractDocument(bytes, extension, limits)) }
}

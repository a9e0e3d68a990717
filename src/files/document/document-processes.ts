import { join } from 'node:path'
import type { Asker } from '../../platform/turns.ts'
import { createConverters } from '../conversion/converters.ts'
import type { ConverterLimits } from '../conversion/start-converter.ts'
import type { PdfLimits, WrittenPdf } from '../pdf/write-pdf.ts'
import { DOCUMENTS, type DocumentExtension } from './document-format.ts'
import { kindOf, REPLIES, WRITE_PDF } from './document-frames.ts'
import type { ExtractionLimits } from './extraction-limits.ts'

export interface DocumentProcessesOptions extends ConverterLimits, ExtractionLimits, PdfLimits {
  /** How many documents are read or written at a time, each in a process of its own. */
  readonly most: number
}

/** No text can be taken out of a document, or not within the limits. */
export class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument'
  readonly reason: 'DOCUMENT_UNREADABLE' | 'DOCUMENT_TOO_LARGE'

  constructor(reason: UnreadableDocument['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** No document can be made of a text, or not within the limits. The message says why, and ends without a full stop. */
export class UnwritableDocument extends Error {
  override readonly name = 'UnwritableDocument'
}

export interface DocumentProcesses {
  /**
   * The text of a document, as Markdown where it has headings, lists or tables; never empty.
   * @throws {UnreadableDocument}; {ConverterKilled}; {ApiError} FILES_UNAVAILABLE when no process can be started; the
   *   reason of the asker's signal, at which the process ends
   */
  extract(bytes: Buffer, extension: DocumentExtension, by?: Asker): Promise<string>
  /**
   * A PDF document of Markdown.
   * @throws {UnwritableDocument}; otherwise as `extract`
   */
  writePdf(markdown: string, by?: Asker): Promise<WrittenPdf>
  close(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'document-process.ts')

/** Starts nothing before the first document. */
export function createDocumentProcesses(options: DocumentProcessesOptions): DocumentProcesses {
  const { pagesMax, textMax, inflatedMax, memory, pdfPagesMax, outputFileMax, pdfFonts } = options
  const limits = { pagesMax, textMax, inflatedMax, pdfPagesMax, outputFileMax, pdfFonts }
  const converters = createConverters({
    ...options,
    what: 'documents',
    endAfter: [REPLIES.unreadable, REPLIES.tooLarge],
    program: {
      file: PROGRAM,
      // It may read its own code, and neither write, start other programs or threads, nor load what is not JavaScript.
      nodeOptions: [
        ...['--permission', '--allow-fs-read=*', '--no-warnings'],
        `--max-old-space-size=${Math.ceil(memory / 1_048_576)}`,
      ],
      arguments: [JSON.stringify(limits satisfies ExtractionLimits & PdfLimits)],
      // A character takes three bytes at most, and what is told of a failure is short.
      largestReply: Math.max(textMax * 3, outputFileMax) + 10_000,
    },
  })
  return {
    async extract(bytes, extension, by) {
      const reply = await converters.ask(kindOf(extension), bytes, by)
      const { name } = DOCUMENTS[extension]
      if ('died' in reply) {
        const why = reply.died === 'late' ? 'takes too long' : 'takes too much memory'
        throw new UnreadableDocument('DOCUMENT_TOO_LARGE', `The file is ${name}, and reading it ${why}.`)
      }
      const text = reply.data.toString()
      if (reply.kind === REPLIES.text) return text
      const reason = reply.kind === REPLIES.tooLarge ? 'DOCUMENT_TOO_LARGE' : 'DOCUMENT_UNREADABLE'
      throw new UnreadableDocument(
        reason,
        `The file is ${name}, and no text can be taken out of it: ${text}.`,
      )
    },
    async writePdf(markdown, by) {
      const reply = await converters.ask(WRITE_PDF, Buffer.from(markdown), by)
      if ('died' in reply) {
        throw new UnwritableDocument(`it takes too much ${reply.died === 'late' ? 'time' : 'memory'}`)
      }
      const { kind, data } = reply
      if (kind === REPLIES.pdf || kind === REPLIES.pdfReplaced) {
        return { data, replaced: kind === REPLIES.pdfReplaced }
      }
      throw new UnwritableDocument(data.toString())
    },
    close: () => converters.close(),
  }
}

import { join } from 'node:path'
import { createConverters } from '../conversion/converters.ts'
import type { ConverterLimits } from '../conversion/start-converter.ts'
import { DOCUMENTS, type DocumentExtension } from './document-format.ts'
import { kindOf, REPLIES } from './document-frames.ts'
import type { ExtractionLimits } from './extraction-limits.ts'

export interface DocumentProcessesOptions extends ConverterLimits, ExtractionLimits {
  /** How many documents are read at a time, each in a process of its own. */
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

export interface DocumentProcesses {
  /**
   * The text of a document, as Markdown where it has headings, lists or tables; never empty.
   * @throws {UnreadableDocument}; {ConverterKilled}; {ApiError} FILES_UNAVAILABLE when no process can be started; the
   *   reason of `signal`, at which the process ends
   */
  extract(bytes: Buffer, extension: DocumentExtension, signal?: AbortSignal): Promise<string>
  close(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'document-process.ts')

/** Starts nothing before the first document. */
export function createDocumentProcesses(options: DocumentProcessesOptions): DocumentProcesses {
  const { pagesMax, textMax, inflatedMax, memory } = options
  const converters = createConverters({
    ...options,
    what: 'documents',
    endAfter: [REPLIES.unreadable, REPLIES.tooLarge],
    program: {
      file: PROGRAM,
      // It may read its own code, and neither write, start other programs, nor load what is not JavaScript. The reader of
      // workbooks has threads for large sheets.
      nodeOptions: [
        ...['--permission', '--allow-fs-read=*', '--allow-worker', '--no-warnings'],
        `--max-old-space-size=${Math.ceil(memory / 1_048_576)}`,
      ],
      arguments: [JSON.stringify({ pagesMax, textMax, inflatedMax } satisfies ExtractionLimits)],
      // A character takes three bytes at most, and what is told of a failure is short.
      largestReply: textMax * 3 + 10_000,
    },
  })
  return {
    async extract(bytes, extension, signal) {
      const reply = await converters.ask(kindOf(extension), bytes, signal)
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
    close: () => converters.close(),
  }
}

import { DOCUMENTS, type DocumentExtension } from './document-format.ts'

const EXTENSIONS = Object.keys(DOCUMENTS) as DocumentExtension[]

/**
 * What a process that reads and writes documents says: a text, that the file is broken, or that it is too large; a PDF
 * document, or one in which signs were replaced.
 */
export const REPLIES = { text: 1, unreadable: 2, tooLarge: 3, pdf: 4, pdfReplaced: 5 } as const
/** What is said to it with Markdown that is to become a PDF document. */
export const WRITE_PDF = 100

/** What is said to it: which format the bytes have. */
export const kindOf = (extension: DocumentExtension): number => EXTENSIONS.indexOf(extension) + 1
export const extensionOfKind = (kind: number): DocumentExtension | undefined => EXTENSIONS[kind - 1]

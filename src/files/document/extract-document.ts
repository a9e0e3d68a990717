import { decodeDocument } from './decode-document.ts'
import type { DocumentExtension } from './document-format.ts'
import { checkText, type ExtractionLimits, TooLarge, Unreadable } from './extraction-limits.ts'
import { readZipDirectory } from './read-zip-directory.ts'

type Reader = (bytes: Buffer, limits: ExtractionLimits) => Promise<string> | string

/** Each reader is loaded when it is needed first: all of them are megabytes of code. */
const READERS: Readonly<Record<DocumentExtension, () => Promise<Reader>>> = {
  pdf: async () => (await import('./read-pdf.ts')).readPdf,
  docx: async () => (await import('./read-docx.ts')).readDocx,
  xlsx: async () => (await import('./read-xlsx.ts')).readXlsx,
  csv: async () => (await import('./read-csv.ts')).readCsv,
  html: async () => (await import('./read-html.ts')).readHtml,
  txt: async () => textOf,
}

/**
 * The text of a document, as Markdown where it has headings, lists or tables.
 *
 * Runs in a process of its own, see `document-process.ts`: it may take any amount of memory and time, or die.
 * @throws {TooLarge}; {Unreadable}, also for one that has no text; what a library says of one that is broken
 */
export async function extractDocument(
  bytes: Buffer,
  extension: DocumentExtension,
  limits: ExtractionLimits,
): Promise<string> {
  const inflated = readZipDirectory(bytes)?.inflated ?? 0
  if (inflated > limits.inflatedMax) throw new TooLarge(`it inflates to ${inflated} bytes`)
  const read = await READERS[extension]()
  const text = (await read(bytes, limits)).replaceAll('\0', '').trim()
  checkText(text.length, limits)
  if (text === '') throw new Unreadable('there is no text in it; it may be a scan, and there is no OCR here')
  return text.toWellFormed()
}

function textOf(bytes: Buffer): string {
  const text = decodeDocument(bytes)
  if (text === null) throw new Unreadable('it is no text')
  return text
}

import pdfmake from 'pdfmake'
import { TooLarge } from '../document/extraction-limits.ts'
import { pdfContent } from './pdf-content.ts'
import { openPdfFonts } from './pdf-fonts.ts'

/** What a PDF document may become. */
export interface PdfLimits {
  readonly pdfPagesMax: number
  /** Bytes. */
  readonly outputFileMax: number
  /** Paths of fonts beside DejaVu. */
  readonly pdfFonts: readonly string[]
}

/** @param replaced signs that no font has were replaced */
export interface WrittenPdf {
  readonly data: Buffer
  readonly replaced: boolean
}

let fonts: ReturnType<typeof openPdfFonts> | null = null

/**
 * Makes a PDF document (A4) of Markdown. Nothing is fetched, and only the fonts are read.
 *
 * Runs in a process of its own, see `document-process.ts`.
 * @throws {TooLarge}; {Unreadable} for characters that no font has
 */
export async function writePdf(markdown: string, limits: PdfLimits): Promise<WrittenPdf> {
  const { pdfPagesMax, outputFileMax, pdfFonts } = limits
  fonts ??= openPdfFonts(pdfFonts)
  fonts.replaced = false
  const content = pdfContent(markdown, fonts.runsOf)
  const { replaced } = fonts
  pdfmake.setFonts(fonts.files)
  pdfmake.setUrlAccessPolicy(() => false)
  const allowed = new Set(Object.values(fonts.files).flatMap((styles) => Object.values(styles)))
  pdfmake.setLocalAccessPolicy((path) => allowed.has(path))
  const data = await pdfmake
    .createPdf({
      content: content as never,
      pageSize: 'A4',
      pageMargins: [50, 50, 50, 50],
      defaultStyle: { font: 'Sans', fontSize: 10.5, lineHeight: 1.2 },
      info: { producer: 'Splitrun', creator: 'Splitrun' },
      footer(page, pages) {
        if (pages > pdfPagesMax) throw new TooLarge(`it has ${pages} pages; the limit is ${pdfPagesMax}`)
        return {
          text: `${page} / ${pages}`,
          alignment: 'center',
          fontSize: 8,
          color: '#777777',
          margin: [0, 15],
        }
      },
    })
    .getBuffer()
  if (data.length > outputFileMax)
    throw new TooLarge(`it has ${data.length} bytes; the limit is ${outputFileMax}`)
  return { data, replaced }
}

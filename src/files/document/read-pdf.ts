import { getDocumentProxy } from 'unpdf'
import { checkText, type ExtractionLimits, TooLarge, Unreadable } from './extraction-limits.ts'

/** The texts of a PDF document's pages, lines as they stand on them. */
export async function readPdf(bytes: Buffer, limits: ExtractionLimits): Promise<string> {
  const document = await open(bytes)
  if (document.numPages > limits.pagesMax) {
    throw new TooLarge(`it has ${document.numPages} pages; the limit is ${limits.pagesMax}`)
  }
  const pages: string[] = []
  let length = 0
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    const lines = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : ''))
    const text = lines.join('').trim()
    length += text.length
    checkText(length, limits)
    pages.push(text)
    page.cleanup()
  }
  return pages.join('\n\n')
}

async function open(bytes: Buffer) {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      disableFontFace: true,
      verbosity: 0,
    })
  } catch (cause) {
    if ((cause as Error).name === 'PasswordException')
      throw new Unreadable('it is protected by a password', { cause })
    throw cause
  }
}

import mammoth from 'mammoth'
import type { ExtractionLimits } from './extraction-limits.ts'
import { inflateZip } from './inflate-zip.ts'
import { toMarkdown } from './read-html.ts'

/**
 * What stands around runs of text, and the library passes over with all that is in it: fields, as the numbers of captions
 * and what a letter is filled with, and parts in another direction. Attributes may have a `>`, and no `<`.
 */
const WRAPPERS = /<\/?w:(?:fldSimple|dir|bdo)(?:\s(?:"[^"<]*"|'[^'<]*'|[^<>"'])*)?\/?>/g

/** The text of a Word document, as Markdown. Its pictures are left out. */
export async function readDocx(bytes: Buffer, limits: ExtractionLimits): Promise<string> {
  const buffer = inflateZip(bytes, limits, (name) => /\.(xml|rels)$/i.test(name), unwrap)
  const { value } = await mammoth.convertToHtml(
    { buffer },
    { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
  )
  return toMarkdown(`<html><body>${value}</body></html>`, false)
}

const MARKS = ['<w:fldSimple', '<w:dir', '<w:bdo']

function unwrap(part: Buffer): Buffer {
  if (!MARKS.some((mark) => part.includes(mark))) return part
  // Byte by byte, so that whatever else is there stays as it is.
  return Buffer.from(part.toString('latin1').replaceAll(WRAPPERS, ''), 'latin1')
}

import mammoth from 'mammoth'
import { toMarkdown } from './read-html.ts'

/** The text of a Word document, as Markdown. Its pictures are left out. */
export async function readDocx(bytes: Buffer): Promise<string> {
  const { value } = await mammoth.convertToHtml(
    { buffer: bytes },
    { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
  )
  return toMarkdown(`<html><body>${value}</body></html>`, false)
}

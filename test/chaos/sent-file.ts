import { docxOf } from '../support/made-documents.ts'
import { photo } from './photo.ts'

/** What the runs of a task are sent with: an image for the model, or a document for a processor. */
export type SentFile = 'photo' | 'letter'

const letter = docxOf('Dear all,', 'please send tea.')

/** The bytes of the file, the name that it is sent with, and the extension that it is stored with. */
export async function sentFile(kind: SentFile): Promise<{ bytes: Buffer; name: string; stored: string }> {
  if (kind === 'photo') return { bytes: await photo(), name: 'photo.webp', stored: 'webp' }
  return { bytes: letter, name: 'letter.docx', stored: 'docx' }
}

import type { FilePart, ImagePart } from '../model.ts'

/** A red square of 64 by 64 pixels; some servers refuse smaller ones. */
export const RED_SQUARE: ImagePart = {
  mediaType: 'image/png',
  base64:
    'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAMAAACdt4HsAAAAA1BMVEXMAAA/z1L+AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAG0lEQVRYw+3BgQAAAADDoPlT3+AEVQEAAAB8AxBAAAEZszF2AAAAAElFTkSuQmCC',
}

const WORD = 'BT /F1 48 Tf 40 80 Td (Apple) Tj ET'
const OBJECTS = [
  '<</Type/Catalog/Pages 2 0 R>>',
  '<</Type/Pages/Kids[3 0 R]/Count 1>>',
  '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
  `<</Length ${WORD.length}>>stream\n${WORD}\nendstream`,
  '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
]

/** A document of one page with one word. */
export function samplePdf(): FilePart {
  let text = '%PDF-1.4\n'
  const places = OBJECTS.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj${object}endobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 ${places.length + 1}\n0000000000 65535 f \n${places.join('')}`
  const end = `trailer<</Size ${places.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`
  const base64 = Buffer.from(text + table + end).toString('base64')
  return { kind: 'pdf', name: 'word.pdf', mediaType: 'application/pdf', base64 }
}

const RATE = 8000

/** A tone of a second. */
export function sampleTone(): FilePart {
  const head = Buffer.from('RIFF____WAVEfmt \x10\0\0\0\x01\0\x01\0____ ___\x02\0\x10\0data____', 'latin1')
  head.writeUInt32LE(36 + RATE * 2, 4)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE * 2, 28)
  head.writeUInt32LE(RATE * 2, 40)
  const samples = Buffer.alloc(RATE * 2)
  for (let at = 0; at < RATE; at += 1) samples.writeInt16LE(Math.round(8000 * Math.sin(at / 3)), at * 2)
  const base64 = Buffer.concat([head, samples]).toString('base64')
  return { kind: 'wav', name: 'tone.wav', mediaType: 'audio/wav', base64 }
}

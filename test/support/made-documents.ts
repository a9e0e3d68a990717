import { crc32, deflateRawSync } from 'node:zlib'

/** A zip file of these parts. `claims`: bytes that a part claims to inflate to, where that is not the truth. */
export function zipOf(parts: Record<string, string | Buffer>, claims: Record<string, number> = {}): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content)
    const packed = deflateRawSync(data)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(8, 4)
    head.writeUInt32LE(crc32(data), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(claims[name] ?? data.length, 18)
    head.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed])
    const entry = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, Buffer.alloc(14)])
    entry.writeUInt32LE(at, 42)
    directory.push(entry, Buffer.from(name))
    files.push(local)
    at += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(Object.keys(parts).length, 4)
  end.writeUInt16LE(Object.keys(parts).length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...files, listed, Buffer.from('PK\x05\x06'), end])
}

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

const relations = (...each: [id: string, type: string, target: string][]) =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

const types = (...each: [part: string, type: string][]) =>
  `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${each
    .map(
      ([part, type]) =>
        `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`,
    )
    .join('')}</Types>`

/** The parts of a Word document with this body. */
export const docxParts = (body: string): Record<string, string> => ({
  '[Content_Types].xml': types(['/word/document.xml', 'wordprocessingml.document.main']),
  '_rels/.rels': relations(['rId1', 'officeDocument', 'word/document.xml']),
  'word/document.xml': `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
})

export const docxOf = (...paragraphs: string[]): Buffer =>
  zipOf(docxParts(paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')))

/** The parts of an Excel workbook with sheets of this data; the first is called Prices. */
export const xlsxParts = (...sheets: string[]): Record<string, string> => ({
  '[Content_Types].xml': types(
    ['/xl/workbook.xml', 'spreadsheetml.sheet.main'],
    ...sheets.map((_, at): [string, string] => [
      `/xl/worksheets/sheet${at + 1}.xml`,
      'spreadsheetml.worksheet',
    ]),
  ),
  '_rels/.rels': relations(['rId1', 'officeDocument', 'xl/workbook.xml']),
  'xl/workbook.xml': `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${RELATIONS}"><sheets>${sheets.map((_, at) => `<sheet name="${at === 0 ? 'Prices' : `Sheet ${at + 1}`}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': relations(
    ...sheets.map((_, at): [string, string, string] => [
      `rId${at + 1}`,
      'worksheet',
      `worksheets/sheet${at + 1}.xml`,
    ]),
  ),
  ...Object.fromEntries(
    sheets.map((rows, at) => [
      `xl/worksheets/sheet${at + 1}.xml`,
      `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`,
    ]),
  ),
})

export const xlsxOf = (rows: readonly (readonly (string | number)[])[]): Buffer =>
  zipOf(
    xlsxParts(
      rows
        .map((row, at) => {
          const cells = row.map((value, column) => {
            const place = `${String.fromCharCode(65 + column)}${at + 1}`
            return typeof value === 'number'
              ? `<c r="${place}"><v>${value}</v></c>`
              : `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`
          })
          return `<row r="${at + 1}">${cells.join('')}</row>`
        })
        .join(''),
    ),
  )

/** A PDF of these objects, numbered from 1; the first is the catalogue. */
export function pdfOfObjects(objects: readonly string[], trailer = ''): Buffer {
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return place
  })
  const table = text.length
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}`
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** A PDF with one line of text on each page. */
export function pdfOf(...pages: string[]): Buffer {
  const contents = pages.map((text) => {
    const stream = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`
    return `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`
  })
  const kids = pages.map((_, at) => `${at * 2 + 4} 0 R`).join(' ')
  return pdfOfObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...contents.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${at * 2 + 5} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      content,
    ]),
  ])
}

/** A PDF with an inflating stream as its only page. */
export function pdfWithStream(packed: Buffer, filter = '/FlateDecode'): Buffer {
  const head = Buffer.from(
    '%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n' +
      '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n' +
      `4 0 obj\n<< /Length ${packed.length} /Filter ${filter} >>\nstream\n`,
  )
  return Buffer.concat([
    head,
    packed,
    Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'),
  ])
}

/** A recording of silence. */
export function wavOf(samples: number): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF')
  head.writeUInt32LE(36 + samples, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(8000, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples, 40)
  return Buffer.concat([head, Buffer.alloc(samples, 128)])
}

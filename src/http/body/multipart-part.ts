import { MIMEType } from 'node:util'
import { ApiError } from '../../platform/errors.ts'
import { isFileType } from './content-type.ts'
import { decodeText } from './decode-text.ts'

/** The head of a part of a multipart body. */
export interface PartHead {
  readonly name: string
  /** Null where none is given; '' is what a browser sends for a file field that was left empty. */
  readonly filename: string | null
  readonly charset: string | null
  /** Whether its bytes are written in base64. */
  readonly isBase64: boolean
  /** Whether its type is that of a file: an image, a document, or just bytes. */
  readonly isBinary: boolean
}

/** Characters of the name of a field: more than any of ours has, and less than the head of a part may have. */
const LONGEST_NAME = 1000
/** Encodings that leave bytes as they are. */
const PLAIN = ['', '7bit', '8bit', 'binary']

/**
 * Reads the head of a part.
 * @param head values by the names of their headers in lower case, each byte a character
 * @throws {ApiError} MALFORMED_REQUEST for a part without a name, UNSUPPORTED_MEDIA_TYPE for an encoding that is not read
 */
export function readPartHead(head: Readonly<Record<string, readonly string[]>>): PartHead {
  const disposition = paramsOf(`x/${head['content-disposition']?.[0] ?? ''}`)
  const name = disposition?.params.get('name')
  if (!name || name.length > LONGEST_NAME) {
    const message = 'A part of the form has no Content-Disposition with the name of its field.'
    throw new ApiError('MALFORMED_REQUEST', message)
  }
  const type = paramsOf(head['content-type']?.[0] ?? '')
  const encoding = head['content-transfer-encoding']?.[0]?.trim().toLowerCase() ?? ''
  if (encoding !== 'base64' && !PLAIN.includes(encoding)) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Parts are read as they are, or in base64.')
  }
  return {
    name: decodeText(Buffer.from(name, 'latin1'), null),
    filename: disposition?.params.get('filename') ?? disposition?.params.get('filename*') ?? null,
    charset: type?.params.get('charset') ?? null,
    isBase64: encoding === 'base64',
    isBinary: type?.essence === 'application/octet-stream' || isFileType(type?.essence ?? ''),
  }
}

/** `form-data; name="a"` reads like a media type, once it looks like one. */
function paramsOf(text: string): MIMEType | null {
  try {
    return new MIMEType(text)
  } catch {
    return null
  }
}

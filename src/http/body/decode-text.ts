import { isUtf8 } from 'node:buffer'
import { ApiError } from '../../platform/errors.ts'

/** US-ASCII is a part of UTF-8; to a TextDecoder it is another name of windows-1252. */
const UTF_8 = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])

/**
 * The text that bytes stand for, without a byte order mark: UTF-8 unless `charset` says otherwise. Nothing is replaced:
 * what cannot be read is refused.
 * @throws {ApiError} UNSUPPORTED_MEDIA_TYPE for a charset that is not known, MALFORMED_REQUEST for bytes that are none of it
 */
export function decodeText(bytes: Buffer, charset: string | null): string {
  const name = charset?.trim().toLowerCase() || 'utf-8'
  if (UTF_8.has(name)) {
    if (!isUtf8(bytes)) throw invalid('UTF-8')
    const text = bytes.toString('utf8')
    return text.startsWith('\ufeff') ? text.slice(1) : text
  }
  const decoder = decoderOf(name)
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw invalid(decoder.encoding, cause)
  }
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch (cause) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The charset is not known; send UTF-8.', {}, cause)
  }
}

const invalid = (charset: string, cause?: unknown) =>
  new ApiError('MALFORMED_REQUEST', `The text is not valid ${charset}.`, {}, cause)

import { MIMEType } from 'node:util'
import { ApiError } from '../../platform/errors.ts'

export interface ContentType {
  /** `application/json`, in lower case; '' where nothing is said. */
  readonly essence: string
  readonly charset: string | null
  readonly boundary: string | null
}

const UNKNOWN: ContentType = { essence: '', charset: null, boundary: null }
const JSON_ITSELF: ContentType = { essence: 'application/json', charset: null, boundary: null }

/** Reads a Content-Type. @throws {ApiError} UNSUPPORTED_MEDIA_TYPE for one that is none */
export function readContentType(header: string | undefined): ContentType {
  // As nearly all say it.
  if (header === JSON_ITSELF.essence) return JSON_ITSELF
  if (!header?.trim()) return UNKNOWN
  try {
    const { essence, params } = new MIMEType(header)
    return { essence, charset: params.get('charset'), boundary: params.get('boundary') }
  } catch (cause) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The Content-Type cannot be read.', {}, cause)
  }
}

/** Whether bodies of this type are files; texts are not, since JSON is sent as one. */
export const isFileType = (essence: string): boolean =>
  /^(image|audio)\/|^application\/(pdf|vnd\.openxmlformats-)|^text\/(csv|html)$/.test(essence)

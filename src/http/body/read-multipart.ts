import { Dicer } from '@fastify/busboy'
import type { Request } from 'express'
import { ApiError } from '../../platform/errors.ts'
import type { BodyOptions, SentFile } from './body.ts'
import { decodeBase64 } from './decode-base64.ts'
import { decodeText } from './decode-text.ts'
import { type PartHead, readPartHead } from './multipart-part.ts'

/** Bytes of the head of one part: more than any name of a file needs. */
const PART_HEAD_LIMIT = 8192

/** The parts of a multipart body, in the order they came. */
export interface Multipart {
  readonly fields: readonly (readonly [string, string])[]
  readonly files: readonly SentFile[]
}

/**
 * Reads a multipart body, bounded in each of its dimensions while it arrives. Which parts are files follows from their
 * names, where those are known: clients differ in which parts they give a filename.
 * @throws {ApiError} MALFORMED_REQUEST, BODY_TOO_LARGE, FILE_TOO_LARGE, TOO_MANY_FILES, UNSUPPORTED_MEDIA_TYPE, and what
 *   `hold` throws
 */
export function readMultipart(
  request: Request,
  boundary: string | null,
  options: BodyOptions,
): Promise<Multipart> {
  return new Promise((resolve, reject) => {
    const parts = collectParts(options)
    let failed = false
    let parser: Dicer | undefined
    const fail = (error: unknown): void => {
      if (failed) return
      failed = true
      if (parser) request.unpipe(parser)
      // The rest is read and dropped, so that the client gets the answer instead of a broken connection.
      request.resume()
      reject(error)
    }
    if (!boundary) return fail(malformed('its Content-Type names no boundary; a client sets both by itself'))
    const config = { boundary, maxHeaderPairs: 20, maxHeaderSize: PART_HEAD_LIMIT }
    parser = new Dicer(config)
    parser.on('part', (part) => {
      const pieces: Buffer[] = []
      let sink: PartSink | undefined
      const attempt = (step: () => void): void => {
        if (failed) return
        try {
          step()
        } catch (error) {
          fail(error)
        }
      }
      part.on('error', (cause) => fail(cutOff(cause)))
      part.on('header', (head) =>
        attempt(() => {
          sink = parts.begin(readPartHead(head as Record<string, string[]>))
        }),
      )
      part.on('data', (piece: Buffer) =>
        attempt(() => {
          options.hold(piece.length)
          sink?.count(piece.length)
          pieces.push(piece)
        }),
      )
      part.on('end', () => attempt(() => sink?.end(Buffer.concat(pieces))))
    })
    parser.on('error', (cause: Error) => fail(cutOff(cause)))
    parser.on('finish', () => resolve(parts.all()))
    const leave = () => fail(malformed('the client went away'))
    // It may have left before anybody listened, and then nothing more is heard of it.
    if (request.destroyed) return leave()
    request.on('aborted', leave)
    request.pipe(parser)
  })
}

const malformed = (why: string, cause?: unknown) =>
  new ApiError('MALFORMED_REQUEST', `The multipart body cannot be read: ${why}.`, {}, cause)
const cutOff = (cause: unknown) =>
  malformed('it does not end with the boundary that its Content-Type names', cause)

/** Where the bytes of one part go. Throws for what is too much. */
interface PartSink {
  count(bytes: number): void
  end(written: Buffer): void
}

const LONGEST_FILE_NAME = 255

/** Browsers write names in UTF-8, and quotes in them as %22; others as RFC 5987 has it. */
function decodedName(written: string | null): string {
  const extended = /^utf-8'[^']*'(.*)$/i.exec(written ?? '')?.[1]
  return extended === undefined
    ? Buffer.from(written ?? '', 'latin1')
        .toString()
        .replaceAll('%22', '"')
    : unescaped(extended)
}

/** The name of a file without its folders; null where there is none. */
export function fileNameOf(name: string): string | null {
  return (
    name
      .replace(/^.*[/\\]/s, '')
      .slice(0, LONGEST_FILE_NAME)
      .toWellFormed() || null
  )
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Puts parts where they belong. */
function collectParts(options: BodyOptions) {
  const { bodyLimit, imageLimit, filesMax, fieldsMax, fileFields = [], textFields = [] } = options
  const fields: [string, string][] = []
  const files: SentFile[] = []
  const begun = { fields: 0, files: 0 }
  let textBytes = 0

  /** `task_file[]` and `task_file[0]` are how some clients send several. */
  const fieldOf = (name: string): string => {
    const plain = name.replace(/\[\d*\]$/, '')
    return fileFields.includes(plain) ? plain : name
  }
  const tooLarge = () => new ApiError('FILE_TOO_LARGE', `A file is larger than ${imageLimit} bytes.`)
  function read(written: Buffer, { isBase64 }: PartHead): Buffer {
    const data = isBase64 ? decodeBase64(written.toString('latin1')) : written
    if (!data) throw malformed('a part is not the base64 that it says')
    return data
  }

  function beginFile(head: PartHead, field: string): PartSink {
    begun.files += 1
    if (begun.files > filesMax) {
      throw new ApiError('TOO_MANY_FILES', `At most ${filesMax} files are accepted.`)
    }
    // Four letters of base64 are three bytes, and there may be line breaks.
    const most = head.isBase64 ? imageLimit * 1.5 + 4 : imageLimit
    let size = 0
    return {
      count(bytes) {
        size += bytes
        if (size > most) throw tooLarge()
      },
      end(written) {
        const data = read(written, head)
        if (data.length > imageLimit) throw tooLarge()
        // A file field of a form that was left empty is no file.
        if (data.length > 0 || head.filename)
          files.push({ field, name: fileNameOf(decodedName(head.filename)), data })
      },
    }
  }

  function beginField(head: PartHead): PartSink {
    begun.fields += 1
    if (begun.fields > fieldsMax) throw new ApiError('BODY_TOO_LARGE', 'Too many fields.')
    return {
      count(bytes) {
        textBytes += bytes
        if (textBytes > bodyLimit) {
          throw new ApiError('BODY_TOO_LARGE', `The fields are larger than ${bodyLimit} bytes.`)
        }
      },
      end: (written) => void fields.push([head.name, decodeText(read(written, head), head.charset)]),
    }
  }

  return {
    begin(head: PartHead): PartSink {
      const field = fieldOf(head.name)
      const saysFile = head.filename !== null || head.isBinary
      const isFile = fileFields.includes(field) || (saysFile && !textFields.includes(field))
      return isFile ? beginFile(head, field) : beginField(head)
    },
    all: (): Multipart => ({ fields, files }),
  }
}

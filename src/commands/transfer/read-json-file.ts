import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { parseJsonFile } from '../../platform/json/parse-json-file.ts'
import { CommandError } from '../exit-codes.ts'

/**
 * The JSON of a file, or of standard input where its name is `-`.
 * @param limit bytes
 * @throws {CommandError} for a file that is larger, no text in UTF-8, or no JSON
 */
export async function readJsonFile(file: string, stdin: Readable, limit: number): Promise<unknown> {
  const bytes = await readBounded(file === '-' ? stdin : createReadStream(file), limit)
  try {
    return parseJsonFile(bytes)
  } catch (error) {
    const name = file === '-' ? 'standard input' : file
    throw new CommandError(`${name} is not JSON: ${(error as Error).message}`, undefined, { cause: error })
  }
}

async function readBounded(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new CommandError(`the file is larger than ${limit} bytes (SPLITRUN_IMPORT_LIMIT)`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

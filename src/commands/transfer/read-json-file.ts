import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { CommandError } from '../exit-codes.ts'

/**
 * The JSON of a file, or of standard input where its name is `-`.
 * @param limit bytes
 * @throws {CommandError} for a file that is larger, or no JSON
 */
export async function readJsonFile(file: string, stdin: Readable, limit: number): Promise<unknown> {
  const text = await readBounded(file === '-' ? stdin : createReadStream(file), limit)
  try {
    return JSON.parse(text)
  } catch (error) {
    const name = file === '-' ? 'standard input' : file
    throw new CommandError(`${name} is not JSON: ${(error as Error).message}`, undefined, { cause: error })
  }
}

async function readBounded(stream: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new CommandError(`the file is larger than ${limit} bytes (SPLITRUN_IMPORT_LIMIT)`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

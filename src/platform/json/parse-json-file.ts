/**
 * The JSON of a file's bytes, also behind the byte order mark that some editors write.
 * @throws {Error} for bytes that are not UTF-8, which would otherwise be replaced in silence, and for what is no JSON
 */
export function parseJsonFile(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is not text in UTF-8')
  }
  return JSON.parse(text)
}

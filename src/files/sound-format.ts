import { fileTypeFromBuffer } from 'file-type'

/** Recordings that models make, by the extension that a stored one bears. */
export const SOUNDS: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
}

const HEAD = 4100

/** What a recording is, by its bytes; null for anything else. */
export async function soundExtension(bytes: Buffer): Promise<string | null> {
  const known = await fileTypeFromBuffer(bytes.subarray(0, HEAD)).catch(() => undefined)
  return known && Object.hasOwn(SOUNDS, known.ext) ? known.ext : null
}

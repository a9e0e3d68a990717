const IMAGES: ReadonlySet<string> = new Set(['jpeg', 'jpg', 'png', 'gif', 'webp', 'avif'])

const KINDS: Readonly<Record<string, string>> = {
  pdf: 'PDF',
  docx: 'Word',
  xlsx: 'Excel',
  csv: 'CSV',
  html: 'HTML',
  txt: 'text',
  mp3: 'MP3 recording',
  wav: 'WAV recording',
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase()

/** Whether a file is an image, by the name that the server gave it for its bytes. */
export const isImageName = (name: string): boolean => IMAGES.has(extensionOf(name))

/** What a file is saved as. Names are the callers': what is a text stays one, whatever it is called. */
export function savedName(name: string | null, stored: string): string {
  if (name === null) return stored
  return extensionOf(name) === extensionOf(stored) ? name : `${name}.${extensionOf(stored)}`
}

/** What a file is, in a word. */
export const kindOf = (name: string): string => KINDS[extensionOf(name)] ?? extensionOf(name)

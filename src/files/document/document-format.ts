/** The documents that are read, by the extension that a stored one bears. */
export const DOCUMENTS = {
  pdf: { mediaType: 'application/pdf', name: 'a PDF document' },
  docx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    name: 'a Word document',
  },
  xlsx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    name: 'an Excel workbook',
  },
  csv: { mediaType: 'text/csv', name: 'a table of comma-separated values' },
  // Served as a text: a stranger's page must not run where this server's own console does.
  html: { mediaType: 'text/plain', name: 'an HTML page' },
  txt: { mediaType: 'text/plain', name: 'a text' },
} as const

/** Recordings, which only models that hear take. */
export const RECORDINGS = {
  mp3: { mediaType: 'audio/mpeg', name: 'an MP3 recording' },
  wav: { mediaType: 'audio/wav', name: 'a WAV recording' },
} as const

export type DocumentExtension = keyof typeof DOCUMENTS
export type RecordingExtension = keyof typeof RECORDINGS

/** What follows the last dot of the name of a stored file. */
export const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

export const isDocument = (name: string): boolean => Object.hasOwn(DOCUMENTS, extensionOf(name))
export const isRecording = (name: string): boolean => Object.hasOwn(RECORDINGS, extensionOf(name))

/** What a caller accepts of a task that answers with something, and what comes. */
export const ACCEPTED: [accept: string, modality: string, type: RegExp][] = [
  ['*/*', 'image', /json/],
  ['application/json', 'image', /json/],
  ['application/json, image/*', 'image', /json/],
  ['image/*', 'image', /^image\/png/],
  ['image/', 'image', /^image\/png/],
  ['IMAGE/PNG', 'image', /^image\/png/],
  ['image/avif,image/webp,image/png,*/*;q=0.8', 'image', /^image\/png/],
  ['application/json;q=0.5, image/*;q=0.9', 'image', /^image\/png/],
  ['image/*;q=0.5, application/json;q=0.9', 'image', /json/],
  ['audio/*', 'audio', /^audio\/mpeg/],
  ['audio/', 'audio', /^audio\/mpeg/],
  ['text/csv', 'csv', /^text\/csv/],
  ['application/pdf, application/json;q=0.1', 'pdf', /^application\/pdf/],
  // What names no file is as it ever was.
  ['text/html', 'image', /json/],
  ['text/html', 'json', /json/],
  ['image/*, */*;q=0.1', 'json', /json/],
  ['audio/*, application/json;q=0.1', 'image', /json/],
]

/** What no such task can give. */
export const NOT_ACCEPTED: [accept: string, modality: string][] = [
  ['image/*', 'json'],
  ['image/', 'audio'],
  ['audio/*', 'image'],
  ['application/pdf', 'csv'],
  ['text/csv', 'pdf'],
  ['text/csv', 'json'],
  ['image/*, application/json;q=0', 'pdf'],
  ['video/*, audio/mpeg', 'pdf'],
]

import sharp from 'sharp'

let made: Promise<Buffer> | undefined

/** The image that runs are sent with: of a format that workers have to convert for models. */
export function photo(): Promise<Buffer> {
  const create = { width: 64, height: 48, channels: 3, background: '#2a7f62' } as const
  made ??= sharp({ create }).webp().toBuffer()
  return made
}

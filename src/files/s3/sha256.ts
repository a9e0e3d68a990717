/** SHA-256 in hexadecimal, made off the event loop: files may be large. */
export async function sha256(data: Buffer | string): Promise<string> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as BufferSource)).toString('hex')
}

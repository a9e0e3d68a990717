import { validateHeaderValue } from 'node:http'

/** Whether a text can be the value of a header. */
export function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue('x', text)
    return true
  } catch {
    return false
  }
}

/** What is said of one that cannot. */
export const NO_HEADER_VALUE = 'has characters that no header may have'

import type { Request } from 'express'

/**
 * Takes a path as it was meant: without the prefix that a proxy leaves on it, and with one slash where several stand, as
 * of a base URL that ends with one.
 * @param prefix begins with a slash and does not end with one; '' for none
 */
export function normalisePath(prefix: string): (request: Request) => void {
  return (request) => {
    const { url } = request
    if (prefix !== '' || url.includes('//')) {
      const [path = '', query] = splitOnce(url, '?')
      const single = path.replaceAll(/\/{2,}/g, '/')
      const own = prefix !== '' && single.startsWith(`${prefix}/`) ? single.slice(prefix.length) : single
      request.url = query === undefined ? own : `${own}?${query}`
      request.originalUrl = request.url
    }
  }
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)]
}

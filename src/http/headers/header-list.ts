/** So many are listed, each at most so long; the head of a response must stay small. */
const MOST = 20
const LONGEST = 80

/** Texts of callers as the value of a header: `a, b, and 3 more`. Whatever no header may hold is percent-encoded. */
export function headerList(texts: readonly string[]): string {
  const listed = texts.slice(0, MOST).map((text) => {
    const cut = text.slice(0, LONGEST).toWellFormed()
    return cut.replaceAll(/[^\x20-\x24\x26-\x2b\x2d-\x7e]/gu, encodeURIComponent)
  })
  const more = texts.length - listed.length
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

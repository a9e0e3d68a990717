import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import TurndownService from 'turndown'
import { decodeDocument } from './decode-document.ts'
import { TooLarge, Unreadable } from './extraction-limits.ts'
import { writeTables } from './markdown-tables.ts'

/** Beyond it, what walks the tree would take minutes or overflow its stack. */
const MOST_ELEMENTS = 200_000
const NOT_TEXT =
  'script, style, noscript, template, svg, iframe, object, embed, img, picture, video, audio, canvas'

/** What an HTML page says, as Markdown: its article without menus and advertisements where one is found. */
export function readHtml(bytes: Buffer): string {
  const text = decodeDocument(bytes)
  if (text === null) throw new Unreadable('it is no text')
  return toMarkdown(text, true)
}

/** @param article whether only the main part of the page is wanted */
export function toMarkdown(html: string, article: boolean): string {
  // A page may lack what holds it together; the parser adds nothing.
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`)
  const elements = document.querySelectorAll('*').length
  if (elements > MOST_ELEMENTS)
    throw new TooLarge(`it has ${elements} elements; the limit is ${MOST_ELEMENTS}`)
  const title = document.title?.trim()
  for (const element of document.querySelectorAll(NOT_TEXT)) element.remove()
  const whole = article ? document.body?.innerHTML : null
  // It changes the document that it reads.
  const found = article ? new Readability(document, { maxElemsToParse: MOST_ELEMENTS }).parse() : null
  const content = found?.content || whole || document.body?.innerHTML || ''
  const turndown = new TurndownService({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
  })
  writeTables(turndown)
  const markdown = turndown.turndown(content).trim()
  const heading = article && title && markdown ? `# ${title}\n\n` : ''
  return heading + markdown
}

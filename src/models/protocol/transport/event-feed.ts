import { createParser } from 'eventsource-parser'

/** Takes an event of a stream: its name, where it has one, and its data. */
type TakeEvent = (event: string | undefined, data: string) => void

/** Takes all events of a text at once; returns false, having taken none, where they have to be read one by one. */
type TakeAlike = (text: string) => boolean

/**
 * Reads the text of an event stream as it comes. Nearly all of it are events of one line that come whole: those are found
 * here, since the parser takes several times as long for them; it has all else (docs/decisions/live-runs.md).
 * @param maxChars most that may wait for the rest of its event
 * @param onTooLong called when more does; throws
 * @param takeAlike is asked first where an event begins
 */
export function createEventFeed(
  onEvent: TakeEvent,
  maxChars: number,
  onTooLong: () => never,
  takeAlike: TakeAlike = () => false,
): (text: string) => void {
  /** False while the parser may have a part of an event, or nothing has come yet: a mark may stand before all. */
  let isBetween = false
  const parser = createParser({
    maxBufferSize: maxChars,
    onEvent: ({ event, data }) => onEvent(event, data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') onTooLong()
    },
  })
  const withErrors = namesErrors()
  return (text) => {
    if (isBetween && takeAlike(text)) return
    const rest = isBetween && !text.includes('\r') ? takeWhole(text, onEvent) : 0
    if (rest === text.length) return
    parser.feed(withErrors(rest === 0 ? text : text.slice(rest)))
    isBetween = text.endsWith('\n\n')
  }
}

const DATA = 'data: '

/** Takes events of one line until something else comes; returns where. */
function takeWhole(text: string, onEvent: TakeEvent): number {
  let at = 0
  while (text.startsWith(DATA, at)) {
    const end = text.indexOf('\n', at)
    if (end < 0 || text[end + 1] !== '\n') break
    onEvent(undefined, text.slice(at + DATA.length, end))
    at = end + 2
  }
  return at
}

const ERROR = 'error:'
const ERROR_LINES = /(^|[\r\n])error:/g

/**
 * Makes events named error of lines that have `error:` in place of `data:`, as llama.cpp sent them before October 2025. The
 * parser knows no such field, and would pass them over.
 */
function namesErrors(): (text: string) => string {
  let isAtLine = true
  /** The beginning of a line that may be one. */
  let held = ''
  return (text) => {
    const whole = held + text
    const last = Math.max(whole.lastIndexOf('\n'), whole.lastIndexOf('\r')) + 1
    const isOpen = last < whole.length && (last > 0 || isAtLine) && ERROR.startsWith(whole.slice(last))
    held = isOpen && !whole.endsWith(ERROR) ? whole.slice(last) : ''
    const given = whole.slice(0, whole.length - held.length)
    const named = given.includes(ERROR)
      ? given.replaceAll(ERROR_LINES, (line, before, at) =>
          at > 0 || before !== '' || isAtLine ? `${before}event: error\ndata:` : line,
        )
      : given
    if (given !== '') isAtLine = last === given.length
    return named
  }
}

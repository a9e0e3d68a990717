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
  return (text) => {
    if (isBetween && takeAlike(text)) return
    const rest = isBetween && !text.includes('\r') ? takeWhole(text, onEvent) : 0
    if (rest === text.length) return
    parser.feed(rest === 0 ? text : text.slice(rest))
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

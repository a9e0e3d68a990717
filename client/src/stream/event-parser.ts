/** One event as it stands in the stream. */
export interface Message {
  readonly event: string
  readonly data: string
  /** The last id so far; null where there was none. */
  readonly id: string | null
}

/**
 * Reads a stream of events (the HTML standard, 9.2.6), whatever the pieces in which it comes.
 * @param emit gets each event once it is whole
 * @param onRetry gets the milliseconds that the server wants between connections
 */
export function createEventParser(
  emit: (message: Message) => void,
  onRetry: (ms: number) => void = () => {},
): (piece: string) => void {
  let rest = ''
  let begun = false
  let event = ''
  let data: string[] = []
  let id: string | null = null

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) emit({ event: event || 'message', data: data.join('\n'), id })
      event = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const name = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
  }
  /** True while what is left ends with a carriage return, which may be the first half of a line's end. */
  let halved = false
  return (piece) => {
    rest += piece
    // A long line comes in many pieces: it is looked at once, when it is whole.
    if (!halved && !/[\r\n]/.test(piece)) return
    if (!begun) rest = rest.replace(/^\ufeff/, '')
    begun = true
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    halved = rest.endsWith('\r')
    for (const each of lines) line(each)
  }
}

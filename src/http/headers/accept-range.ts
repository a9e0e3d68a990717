/** One media range of an Accept header (RFC 9110, 12.5.1). */
interface MediaRange {
  readonly type: string
  readonly subtype: string
  readonly quality: number
}

/** How much a caller wants a media type: 0 (not at all) to 1. */
export type Wish = (mediaType: string) => number

/** Reads an Accept header. One client sends a bare `image/`, which is meant as `image/*`. */
export function readAccept(accept: string): Wish {
  const ranges = accept.split(',').map(readRange)
  return (mediaType) => {
    const [type = '', subtype = ''] = mediaType.split('/')
    const fitting = ranges.filter(
      (range) =>
        (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype),
    )
    // The closest range decides, not the one that is liked best.
    const closest = fitting.sort((one, other) => closeness(other) - closeness(one))[0]
    return closest?.quality ?? 0
  }
}

function readRange(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map((each) => each.trim().toLowerCase())
  const [type = '', subtype = ''] = range.split('/')
  const quality = parameters.find((each) => each.startsWith('q='))
  const said = quality === undefined ? 1 : Number(quality.slice(2))
  return { type, subtype: subtype === '' ? '*' : subtype, quality: said >= 0 && said <= 1 ? said : 0 }
}

const closeness = ({ type, subtype }: MediaRange): number =>
  (type === '*' ? 0 : 1) + (subtype === '*' ? 0 : 1)

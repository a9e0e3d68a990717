/** One page of a list of objects. */
export interface ObjectPage {
  readonly objects: readonly ListedObject[]
  /** Where the next page begins; null after the last. */
  readonly next: string | null
}

export interface ListedObject {
  readonly key: string
  readonly size: number
  readonly modifiedMs: number
}

/**
 * Reads a page of a list. These documents are flat and made by machines, and elements are looked for by their names: a
 * parser for all of XML takes some 100 ms for a page of 1,000 objects, and stands still for as long.
 */
export function readObjectPage(xml: string): ObjectPage {
  const coded = textOf(xml, 'EncodingType') === 'url'
  const objects: ListedObject[] = []
  for (const [, inner = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = textOf(inner, 'Key')
    if (key === null) continue
    objects.push({
      key: coded ? decodeUrl(key) : key,
      size: Number(textOf(inner, 'Size')),
      modifiedMs: Date.parse(textOf(inner, 'LastModified') ?? ''),
    })
  }
  const more = textOf(xml, 'IsTruncated') === 'true'
  return { objects, next: more ? textOf(xml, 'NextContinuationToken') : null }
}

/** What a server says of a request that it refuses; nulls where it says nothing that is understood. */
export function readS3Error(xml: string): {
  readonly code: string | null
  readonly message: string | null
  readonly region: string | null
} {
  return { code: textOf(xml, 'Code'), message: textOf(xml, 'Message'), region: textOf(xml, 'Region') }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text of the first element of this name; null when there is none. */
function textOf(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  if (found === undefined) return null
  return found.replaceAll(/&(?:(\w+)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, entity, decimal, hex) => {
    if (entity !== undefined) return ENTITIES[entity] ?? whole
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

/** What is no such code stays as it is: it is no key of ours then. */
function decodeUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

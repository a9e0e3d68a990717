import { distance } from 'fastest-levenshtein'
import { z } from 'zod'

/** A member of a body that its schema does not know. */
export interface UnknownMember {
  readonly path: readonly (string | number)[]
  readonly name: string
  /** The member that was probably meant: within two edits, letter case aside. */
  readonly meant: string | null
}

type Path = readonly (string | number)[]
type Find = (value: unknown, path: Path, found: UnknownMember[]) => void

const MOST_EDITS = 2

/**
 * Finds the members of a body that its schema does not know, wherever an object is open. A strict object refuses them by
 * itself, and a loose one takes them all.
 * @param familiar names of other things that callers know, such as members of responses: never a slip of the pen
 */
export function unknownMembersIn(
  schema: z.core.$ZodType,
  familiar: ReadonlySet<string>,
): (value: unknown) => UnknownMember[] {
  const find = finderOf(schema, familiar)
  return (value) => {
    const found: UnknownMember[] = []
    find?.(value, [], found)
    return found
  }
}

/** Null where there is nothing to look for. */
function finderOf(schema: z.core.$ZodType, familiar: ReadonlySet<string>): Find | null {
  if (schema instanceof z.ZodObject) return objectFinder(schema, familiar)
  if (schema instanceof z.ZodArray) {
    const each = finderOf(schema.element, familiar)
    if (!each) return null
    return (value, path, found) => {
      if (!Array.isArray(value)) return
      for (const [at, item] of value.entries()) each(item, [...path, at], found)
    }
  }
  if (schema instanceof z.ZodPipe) {
    // What is prepared first is a transform, and what it prepares for says the shape.
    return finderOf(schema.in instanceof z.ZodTransform ? schema.out : schema.in, familiar)
  }
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType }
  return innerType ? finderOf(innerType, familiar) : null
}

function objectFinder({ def }: z.ZodObject, familiar: ReadonlySet<string>): Find | null {
  const isOpen = def.catchall === undefined
  const known = Object.keys(def.shape)
  const inside = known.flatMap((name) => {
    const find = finderOf(def.shape[name] as z.core.$ZodType, familiar)
    return find ? [{ name, find }] : []
  })
  if (!isOpen && inside.length === 0) return null
  return (value, path, found) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    if (isOpen) {
      for (const name of Object.keys(value)) {
        if (Object.hasOwn(def.shape, name)) continue
        found.push({ path, name, meant: familiar.has(name) ? null : nearest(name, known) })
      }
    }
    for (const { name, find } of inside) {
      if (Object.hasOwn(value, name)) find((value as Record<string, unknown>)[name], [...path, name], found)
    }
  }
}

function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = MOST_EDITS + 1
  for (const each of known) {
    // The difference in length is the least that has to be edited; and of a short name something must be left.
    if (Math.abs(each.length - name.length) >= Math.min(least, each.length)) continue
    const edits = distance(name.toLowerCase(), each.toLowerCase())
    if (edits < least && edits < each.length) [best, least] = [each, edits]
  }
  return best
}

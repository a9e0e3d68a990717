import type { DroppedShadows } from '@splitrun/client'
import { count } from '../../parts/figures.ts'

const WHY: Readonly<Record<keyof DroppedShadows, string>> = {
  full: 'too many waited',
  late: 'they waited too long',
  stopped: 'the shadow was ended before',
  cancelled: 'the shadow was ended meanwhile',
  budget: 'the credits of the day were spent',
  limit: 'a model’s limit was in the way',
  lost: 'a worker was lost',
  unusable: 'something else than the revision went wrong',
}

/** What of a shadow's runs is no pair, and why; empty where all are. */
export function droppedText(dropped: DroppedShadows): string {
  const parts = (Object.keys(WHY) as (keyof DroppedShadows)[]).flatMap((why) =>
    dropped[why] ? [`${count(dropped[why])} because ${WHY[why]}`] : [],
  )
  return parts.length === 0 ? '' : `Not made or not counted: ${parts.join(', ')}.`
}

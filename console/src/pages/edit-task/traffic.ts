import type { ActiveRevision, TaskChange } from '@splitrun/client'

/** Who gets a new revision. */
export interface Traffic {
  readonly kind: 'none' | 'share' | 'all' | 'test'
  /** Of a share. */
  readonly percent: number
}

/** What gives a new revision its traffic, over the wire. The others keep what they are to each other. */
export function trafficOf({ kind, percent }: Traffic, active: readonly ActiveRevision[]): TaskChange {
  if (kind === 'test') return { test: true }
  if (kind === 'all' || (kind === 'share' && percent >= 100)) return { activate: true }
  if (kind === 'none' || percent <= 0) return {}
  const others = active.reduce((sum, { weight }) => sum + weight, 0)
  return others === 0 ? { activate: true } : { weight: (others * percent) / (100 - percent) }
}

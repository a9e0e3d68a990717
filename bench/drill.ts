import type { Table } from './table.ts'

export const DRILL_NAMES = [
  'backlog',
  'in-flight',
  'cold',
  'images',
  'documents',
  'scale',
  'capacity',
  'counting',
  'isolation',
  'limits',
  'live',
  'door',
  'shadow',
  'decisions',
  'console',
] as const
export type DrillName = (typeof DRILL_NAMES)[number]

/** Parts of the drill `live`, in their order. */
export const LIVE_PARTS = ['cuts', 'restart', 'latency', 'memory', 'cost'] as const
export type LivePart = (typeof LIVE_PARTS)[number]

export interface DrillOptions {
  /** Which parts of the drill `live` are measured. */
  readonly parts: readonly LivePart[]
  /** Smaller, to see that it works: the figures are no results. */
  readonly quick: boolean
  /** Is told what goes on. */
  readonly say: (text: string) => void
}

/** Something that a drill finds true or not. */
export interface Statement {
  /** With the figures. */
  readonly text: string
  /** Null: it cannot be told where it was measured; the text says why. */
  readonly holds: boolean | null
}

export interface DrillReport {
  readonly title: string
  readonly table: Table
  readonly statements: readonly Statement[]
}

/** A situation of its own that Splitrun is put into. */
export type Drill = (options: DrillOptions) => Promise<DrillReport>

import type { Cleanup } from '../../../test/support/system.ts'
import type { Drill, DrillOptions, LivePart, Statement } from '../../drill.ts'
import { measureLiveCost } from './live-cost.ts'
import { readWithCutsAndStrikes, restartAll } from './live-cuts.ts'
import { measureLiveLatency } from './live-latency.ts'
import { measureLiveMemory } from './live-memory.ts'

/** What a part of the drill found. */
export interface Part {
  /** What was measured, and the figure. */
  readonly rows: readonly (readonly [string, string])[]
  readonly statements: readonly Statement[]
}

/** A part of the drill, with what it opens closed behind it. */
export type MeasurePart = (t: Cleanup, options: Pick<DrillOptions, 'quick' | 'say'>) => Promise<Part>

const PARTS: Readonly<Record<LivePart, MeasurePart>> = {
  cuts: readWithCutsAndStrikes,
  restart: restartAll,
  latency: measureLiveLatency,
  memory: measureLiveMemory,
  cost: measureLiveCost,
}

/** Runs that are watched: that readers lose nothing, how late they are told, and what that costs. */
export const drillLive: Drill = async (options) => {
  const found: Part[] = []
  for (const part of options.parts) {
    const cleanups: (() => Promise<void> | void)[] = []
    try {
      found.push(await PARTS[part]({ after: (clean) => void cleanups.push(clean) }, options))
    } finally {
      for (const clean of cleanups.toReversed()) await clean()
    }
  }
  return {
    title: 'Runs that are watched while their model speaks',
    table: { head: ['', ''], rows: found.flatMap(({ rows }) => rows.map((row) => [...row])) },
    statements: found.flatMap(({ statements }) => statements),
  }
}

import type { Drill, DrillName, DrillOptions, DrillReport, Statement } from './drill.ts'
import { tableAsText } from './table.ts'

const DRILLS: Record<DrillName, () => Promise<Drill>> = {
  backlog: async () => (await import('./drills/backlog.ts')).drillBacklog,
  'in-flight': async () => (await import('./drills/in-flight.ts')).drillInFlight,
  cold: async () => (await import('./drills/cold.ts')).drillCold,
  documents: async () => (await import('./drills/documents.ts')).drillDocuments,
  images: async () => (await import('./drills/images.ts')).drillImages,
  scale: async () => (await import('./drills/scale.ts')).drillScale,
  capacity: async () => (await import('./drills/capacity.ts')).drillCapacity,
  isolation: async () => (await import('./drills/isolation.ts')).drillIsolation,
  limits: async () => (await import('./drills/limits/limits.ts')).drillLimits,
  live: async () => (await import('./drills/live/live.ts')).drillLive,
  console: async () => (await import('./drills/console.ts')).drillConsole,
  door: async () => (await import('./drills/door.ts')).drillDoor,
  decisions: async () => (await import('./drills/decisions.ts')).drillDecisions,
  shadow: async () => (await import('./drills/shadow.ts')).drillShadow,
  counting: async () => (await import('./drills/counting.ts')).drillCounting,
}

const VERDICTS = new Map<Statement['holds'], string>([
  [true, 'holds  '],
  [false, 'MISSED '],
  [null, 'unclear'],
])

export interface RunOptions extends DrillOptions {
  /** Takes the report of each drill as soon as it is there. */
  readonly print: (text: string) => void
}

/** Runs drills one after the other. */
export async function runDrills(
  names: readonly DrillName[],
  { print, ...options }: RunOptions,
): Promise<Map<DrillName, DrillReport>> {
  const reports = new Map<DrillName, DrillReport>()
  for (const name of names) {
    const run = await DRILLS[name]()
    const report = await run(options)
    reports.set(name, report)
    const verdicts = report.statements.map(({ text, holds }) => `${VERDICTS.get(holds)}  ${text}`)
    print(`\n${report.title}\n\n${tableAsText(report.table)}\n\n${verdicts.join('\n')}`)
  }
  return reports
}

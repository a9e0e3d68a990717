import type { Extent, Figure } from './figure.ts'
import { hardTraffic } from './hard-traffic.ts'
import { ramps } from './ramps.ts'
import { ratioAlarms } from './ratio-alarms.ts'
import { falseVerdicts, runsUntilFound } from './verdicts.ts'

/** Every figure of the statistics, in the order of the tables. The same extent gives the same figures. */
export function simulate(extent: Extent, tell: (name: string) => void = () => undefined): Figure[] {
  return [falseVerdicts, runsUntilFound, ratioAlarms, hardTraffic, ramps].flatMap((part) => {
    tell(part.name)
    return part(extent)
  })
}

import type { ReactNode } from 'react'
import { count } from '../../parts/figures.ts'
import { Meter } from '../../parts/meter.tsx'

/** From this share on, there is little left. */
const LITTLE_LEFT = 0.9

interface UsedMeterProps {
  readonly label: string
  readonly used: number
  readonly most: number
  /** Instead of plain figures. */
  readonly children?: ReactNode
}

/** How much of a limit is used. */
export function UsedMeter({ label, used, most, children }: UsedMeterProps) {
  const share = used / most
  return (
    <Meter label={label} share={share} tone={share >= LITTLE_LEFT ? 'bad' : 'plain'}>
      {children ?? `${count(used)} of ${count(most)}`}
    </Meter>
  )
}

import type { ReactNode } from 'react'

interface MeterProps {
  /** What is measured. */
  readonly label: string
  /** From 0 to 1; what is beyond is drawn full. */
  readonly share: number
  readonly tone?: 'good' | 'bad' | 'plain'
  /** The same in figures. */
  readonly children: ReactNode
}

/** How much there is of something that has an end. */
export const Meter = ({ label, share, tone = 'plain', children }: MeterProps) => (
  <span className="meter" data-tone={tone}>
    <span className="meter-bar" role="img" aria-label={`${label}: ${Math.round(share * 100)} %`}>
      <span style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </span>
    <span className="meter-words">{children}</span>
  </span>
)

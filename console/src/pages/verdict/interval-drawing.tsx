import type { ComparedMetric } from '@splitrun/client'
import { drawInterval, HEIGHT, WIDTH } from './draw-interval.ts'

type IntervalDrawingProps = Pick<
  ComparedMetric,
  'difference' | 'difference_interval' | 'tolerance' | 'unit' | 'verdict'
>

/** Where the true difference lies: around the line of "no difference", in a band of what does not matter. For the eye; the words beside it say the same. */
export function IntervalDrawing(found: IntervalDrawingProps) {
  const { low, high, point, middle, band } = drawInterval(found)
  const centre = HEIGHT / 2
  return (
    <svg
      className="interval"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      data-verdict={found.verdict}
    >
      <rect className="interval-band" x={band[0]} y={0} width={band[1] - band[0]} height={HEIGHT} />
      <line className="interval-middle" x1={middle} x2={middle} y1={0} y2={HEIGHT} />
      <line className="interval-range" x1={low} x2={high} y1={centre} y2={centre} />
      {point !== null && <circle className="interval-point" cx={point} cy={centre} r={3.5} />}
    </svg>
  )
}

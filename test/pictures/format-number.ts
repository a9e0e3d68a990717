const STEPS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** A number as Grafana shows it in one of the units that our dashboards have. */
export function formatNumber(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '-'
  if (unit === 'percentunit') return `${short(100 * value)} %`
  if (unit !== 's') return short(value)
  if (value >= 60) return `${short(value / 60)} min`
  return value >= 1 || value === 0 ? `${short(value)} s` : `${short(value * 1000)} ms`
}

/** Three digits, without zeros that say nothing. */
function short(value: number): string {
  const [by, suffix] = STEPS.find(([step]) => Math.abs(value) >= step) ?? [1, '']
  return `${Number((value / by).toPrecision(3))}${suffix}`
}

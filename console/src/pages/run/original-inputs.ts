import type { Run } from '@splitrun/client'

const BEFORE = '_preprocessed'

/**
 * The inputs of a run as they were sent: in an ended run, what input processors gave stands in their place, with the
 * originals beside them.
 */
export function originalInputs(
  run: Pick<Run, 'run_data' | 'input_processor_timing'>,
): Record<string, unknown> {
  const { submitted } = run.run_data
  if (run.input_processor_timing === 0) return { ...submitted }
  const isOriginal = (name: string) =>
    name.endsWith(BEFORE) && Object.hasOwn(submitted, name.slice(0, -BEFORE.length))
  return Object.fromEntries(
    Object.entries(submitted)
      .filter(([name]) => !isOriginal(name))
      .map(([name, value]) => [
        name,
        Object.hasOwn(submitted, name + BEFORE) ? submitted[name + BEFORE] : value,
      ]),
  )
}

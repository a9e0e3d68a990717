import { type CardinalityStore, OTHER } from '../../totals/cardinality-store.ts'
import type { Dropped, PairedMetric, ShadowDelta } from '../../totals/delta.ts'
import type { RunRequest } from '../run.ts'
import { shadowId } from './shadow-request.ts'

/** A shadow run that has ended, or is not made. */
export interface ShadowEnd {
  /** The caller's run, and the revision that was drawn for it. */
  readonly request: Pick<RunRequest, 'id' | 'project' | 'task'>
  readonly drawn: string
  /** Of the shadow. */
  readonly revision: string
  /** Ms since the epoch. */
  readonly ended: number
  readonly credits?: number
  /** Absent for a pair. */
  readonly dropped?: Dropped
  readonly differences?: Readonly<Record<PairedMetric, number>>
}

/** What a shadow run adds to the totals. */
export async function deltaOfShadow(names: CardinalityStore, end: ShadowEnd): Promise<ShadowDelta> {
  const { request, drawn, revision, ended, credits = 0, dropped = null, differences = null } = end
  const { project, task } = request
  const hasSeries = (await names.series(project, task, revision)) !== OTHER
  const id = shadowId(request.id, revision)
  return {
    id,
    project,
    task,
    revision: drawn,
    shadow: revision,
    hasSeries,
    ended,
    credits,
    dropped,
    differences,
  }
}

import { type Limited, laneOf } from '../models/limits/rate-limits.ts'
import type { RunRequest } from './run.ts'

/** The lane that a run waits in for a model. */
export const laneOfRun = (
  model: Limited,
  { project, mode, budget }: Pick<RunRequest, 'project' | 'mode' | 'budget'>,
): string => laneOf(model, { project, isBatch: mode !== 'wait', isHard: budget === 'hard' })

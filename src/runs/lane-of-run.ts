import { type Limited, laneOf } from '../models/limits/rate-limits.ts'
import type { RunRequest } from './run.ts'

type Waiting = Pick<RunRequest, 'project' | 'mode' | 'budget'>

/** The lane that a run waits in for a model. */
export const laneOfRun = (model: Limited, run: Waiting & Pick<RunRequest, 'onLimit'>): string =>
  laneIn(model, run, run.onLimit === 'fail')

/** The lane of the runs that wait for the limits that a run meets, whether it waits for them or not. */
export const laneOfWaiting = (model: Limited, run: Waiting): string => laneIn(model, run, false)

const laneIn = (model: Limited, { project, mode, budget }: Waiting, atOnce: boolean): string =>
  laneOf(model, { project, isBatch: mode !== 'wait', isHard: budget === 'hard', atOnce })

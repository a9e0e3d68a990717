import { SplitrunError } from '@splitrun/client'
import { Problem, wordsOf } from '../page/problem.tsx'

/** Whether a change was refused since a rollout decides about it, which ends where it is made all the same. */
export const isRollingOut = (error: unknown): boolean =>
  error instanceof SplitrunError && error.reason === 'ROLLOUT_RUNNING'

/** Why weights, or what goes with them, could not be changed. */
export const WeightsProblem = ({ error }: { error: unknown }) =>
  isRollingOut(error) ? (
    <p role="alert">{wordsOf(error)} It ends if that is changed here.</p>
  ) : (
    <Problem error={error} />
  )

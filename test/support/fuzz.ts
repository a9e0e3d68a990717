import type { Parameters } from 'fast-check'
import { SEED } from './fast-check.ts'

/**
 * How properties are tried: with a seed that is always the same, so that a failure can be had again. More is tried with
 * SPLITRUN_TEST_FUZZ_RUNS, and something else with SPLITRUN_TEST_FUZZ_SEED.
 */
export function fuzz(runs: number): Parameters<unknown> {
  return {
    seed: SEED,
    numRuns: Number(process.env['SPLITRUN_TEST_FUZZ_RUNS'] ?? runs),
    // What takes long to shrink is shown as it is.
    interruptAfterTimeLimit: Number(process.env['SPLITRUN_TEST_FUZZ_RUNS'] ? 3_600_000 : 20_000),
    endOnFailure: true,
  }
}

import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { loadScript, type Script } from '../platform/redis/script.ts'

/** The keys of a project's limits and budgets. All have the project's hash tag. */
const POLICY_LAYOUT = {
  /** String: JSON of all limits of the project. */
  limits: 'limits',
  /** Hash: for each policy the levels of its buckets (`<policy>|requests`, `<policy>|tokens`), and when that was (`|at`). */
  limitLevels: 'limit-levels',
  /** Sorted set: runs under a policy that have not ended, by when they end at the latest. */
  limitedRuns: 'limited-runs:<policy>',
  /** String: JSON of all budgets of the project. */
  budgets: 'budgets',
  /**
   * Hash: for each budget what is spent in a period (`<budget>|<period>`), what runs of it that have ended held for calls
   * whose answers are lost (`<budget>|<period>|lost`), and what runs hold (`<budget>|held`), in millionths; under `busy` the budget that a run last found no room in, and until when (ms).
   */
  budgetSums: 'budget-sums',
  /** Sorted set: runs that hold a part of budgets, by when they end at the latest; hash: how much, and of which. */
  budgetHolds: 'budget-holds',
  budgetHeld: 'budget-held',
} as const satisfies KeyLayout

const prefixOf = (project: string): string => `{${project}}:`

/** @param of for policies that are kept beside those of the project: what stands before their keys */
export const policyKeys = (project: string, of = '') => ({
  ...keysOf(POLICY_LAYOUT, prefixOf(project) + of),
  prefix: prefixOf(project) + of,
})

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)

/** @param also names of `.lua` files whose functions it uses */
export const policyScript = (name: string, ...also: string[]): Script =>
  loadScript(file(name), {
    layout: POLICY_LAYOUT,
    prefix: 'KEYS[1]',
    shared: also.map(file),
  })

import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { loadScript, type Script } from '../platform/redis/script.ts'

/** The keys of a project's limits. All have the project's hash tag. */
const POLICY_LAYOUT = {
  /** String: JSON of all limits of the project. */
  limits: 'limits',
  /** Hash: for each policy the levels of its buckets (`<policy>|requests`, `<policy>|tokens`), and when that was (`|at`). */
  limitLevels: 'limit-levels',
  /** Sorted set: runs under a policy that have not ended, by when they end at the latest. */
  limitedRuns: 'limited-runs:<policy>',
} as const satisfies KeyLayout

const prefixOf = (project: string): string => `{${project}}:`

export const policyKeys = (project: string) => ({
  ...keysOf(POLICY_LAYOUT, prefixOf(project)),
  prefix: prefixOf(project),
})

export const policyScript = (name: string): Script =>
  loadScript(new URL(`./scripts/${name}.lua`, import.meta.url), {
    layout: POLICY_LAYOUT,
    prefix: 'KEYS[1]',
    shared: [],
  })

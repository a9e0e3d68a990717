import { setTimeout as pause } from 'node:timers/promises'
import type { Core } from '../../../src/compose/compose-core.ts'
import { limitKeys } from '../../../src/models/limits/limit-keys.ts'
import { createLimitStore } from '../../../src/models/limits/limit-store.ts'
import { isLimited } from '../../../src/models/limits/rate-limits.ts'
import { newId } from '../../../src/platform/ids.ts'
import { type BudgetState, isAbout, millionths, periodBounds } from '../../../src/policies/budget.ts'
import { policyKeys } from '../../../src/policies/policy-keys.ts'
import type { RunRecord } from '../../../src/runs/run.ts'

/** What is wrong of limits and budgets when all runs have ended; each list should be empty. */
export interface LimitAudit {
  /** Leases and places of the models' limits that nobody has any more. */
  readonly leases: readonly string[]
  /** Budgets that say something else than the runs come to, or that still hold something. */
  readonly budgets: readonly string[]
  /** Hard budgets that were exceeded. */
  readonly exceeded: readonly string[]
  /** Places under the limits of the project that runs have which have ended. */
  readonly places: readonly string[]
  /** What was spent of the budget that could be, of what. */
  readonly frugal: string
}

/** The janitor of a fleet that was struck has to come round, and leases of lost workers to end. */
const PATIENCE_MS = 45_000

/** Waits until nothing is wrong any more, or for as long as that may take. */
export async function auditLimits(
  core: Core,
  project: string,
  records: readonly RunRecord[],
): Promise<LimitAudit> {
  const late = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await look(core, project, records)
    const isGood = [found.leases, found.budgets, found.exceeded, found.places].every(
      ({ length }) => length === 0,
    )
    if (isGood || Date.now() > late) return found
    await pause(500)
  }
}

async function look(core: Core, project: string, records: readonly RunRecord[]): Promise<LimitAudit> {
  const states = await core.budgets.statesOf(project, await core.budgets.read(project))
  const budgets = states.flatMap((state) => {
    const cost = costUnder(state, records)
    const { name } = state.policy
    return [
      ...(cost === state.spent ? [] : [`${name}: ${state.spent} spent, the runs come to ${cost}`]),
      ...(state.held === 0 ? [] : [`${name}: ${state.held} held`]),
    ]
  })
  const exceeded = states.flatMap((state) => {
    const cost = costUnder(state, records)
    const most = millionths(state.policy)
    return state.policy.mode === 'hard' && cost + state.lost > most
      ? [`${state.policy.name}: ${cost} of ${most} spent, ${state.lost} lost`]
      : []
  })
  const frugal = states.find(({ policy }) => policy.name === 'frugal')
  const holding = await core.budgets.holding(project, 100)
  return {
    leases: await leasesOf(core),
    budgets: [...budgets, ...holding.map((run) => `${run} holds something`)],
    exceeded,
    places: await placesOf(core, project),
    frugal: frugal
      ? `${frugal.spent} of ${millionths(frugal.policy)} millionths, and ${frugal.lost} lost,`
      : 'no budget',
  }
}

/** What the runs of this period cost that count under a budget. */
function costUnder({ policy }: BudgetState, records: readonly RunRecord[]): number {
  const { first, next } = periodBounds(policy, Date.now())
  return records.reduce((sum, { request, result }) => {
    // A process whose clock is wrong may have ended a run on another day.
    const isInPeriod = result && result.settled >= first && result.settled < next
    const counts = isInPeriod && isAbout(policy, request)
    return counts ? sum + result.credits : sum
  }, 0)
}

/** One more call of each limited model drops what ran out, as any call does. */
async function leasesOf({ redis, models, config }: Core): Promise<string[]> {
  const store = createLimitStore(redis, config.lockDuration * 1000)
  const limited = models.list({ includeRetired: true }).filter(isLimited)
  const found: string[] = []
  for (const model of limited) {
    const lease = newId()
    const need = { input: 0, output: 0 }
    const reserved = await store.reserve(lease, model, { project: 'audit', isBatch: false }, need)
    if (!reserved.granted) found.push(`${model.name}: ${reserved.limit}`)
    await store.giveBack(lease, model, { used: need, pauseMs: 0, said: null })
  }
  for (const server of new Set(limited.map((model) => model.server.name))) {
    const keys = limitKeys(server)
    const levels = Object.entries(await redis.hgetall(keys.levels))
    const taken = levels.filter(([name, count]) => /\|(places|in:.*)$/.test(name) && count !== '0')
    found.push(...taken.map(([name, count]) => `${name} ${count}`))
    found.push(...(await redis.zrange(keys.leases, '0', '-1')), ...(await redis.hkeys(keys.holds)))
  }
  return found
}

/** A run that was counted, and then not created because Redis or its process went away, has its place until its deadline. */
async function placesOf({ redis, policies, runs }: Core, project: string): Promise<string[]> {
  const names = (await policies.read(project)).map(({ name }) => name)
  const placed = await Promise.all(
    names.map((name) => redis.zrange(policyKeys(project).limitedRuns(name), '0', '-1')),
  )
  const ids = placed.flat()
  const found = ids.length === 0 ? [] : await runs.getMany(ids)
  return ids.filter((_, at) => found[at])
}

import { type Call, type Load, type LoadOptions, load } from './load.ts'
import type { Traffic } from './redis.ts'
import type { Subject } from './subjects.ts'

/** What one pass over one subject showed. Per 10,000 calls where a figure depends on how many there were. */
export interface Pass {
  readonly load: Load
  /** CPU seconds per 10,000 calls, by process; those of one name together. */
  readonly cpu: Readonly<Record<string, number>>
  readonly cpuTotal: number
  /** Resident megabytes at the end, by process. */
  readonly memory: Readonly<Record<string, number>>
  /** What Redis did per call; null without it. */
  readonly redis: RedisWork | null
}

/** Commands, those within scripts included, in all and by their names, and bytes received and sent. */
export interface RedisWork {
  readonly commands: number
  readonly byName: Readonly<Record<string, number>>
  readonly bytes: number
}

export interface MeasureOptions extends LoadOptions {
  /** Sends as many calls as it can for some seconds, whatever the amount; ours unless told. */
  readonly generator?: Generator
}

export type Generator = (call: Call, connections: number) => Promise<Load>

/**
 * Puts a subject under load and reads what its processes used for it, the model and the generator left out. Adding up
 * what the runs put down for reports belongs to them, and is counted.
 * @throws {Error} when a run that was accepted has not been settled
 */
export async function measure(subject: Subject, options: MeasureOptions): Promise<Pass> {
  const { processes, redis, call } = subject
  const settledBefore = (await subject.settled?.()) ?? 0
  const before = processes.map((each) => each.cpu())
  const traffic = await redis?.traffic()
  const result = await (options.generator?.(call, options.connections) ?? load(call, options))
  const settled = ((await subject.settled?.()) ?? settledBefore + result.requests) - settledBefore
  if (settled < result.requests || settled > result.requests + result.brokenOff) {
    throw new Error(`${result.requests} calls, but ${settled} settled runs`)
  }
  const used = processes.map((each, at) => ((each.cpu() - (before[at] ?? 0)) * 10_000) / result.requests)
  const after = await redis?.traffic()
  const byName = (value: (at: number) => number) => {
    const sums: Record<string, number> = {}
    for (const [at, { name }] of processes.entries()) sums[name] = (sums[name] ?? 0) + value(at)
    return sums
  }
  return {
    load: result,
    cpu: byName((at) => used[at] ?? 0),
    cpuTotal: used.reduce((sum, each) => sum + each, 0),
    memory: byName((at) => (processes[at]?.memory() ?? 0) / 1_000_000),
    redis: traffic && after ? perCall(traffic, after, result.requests) : null,
  }
}

function perCall(before: Traffic, after: Traffic, calls: number): RedisWork {
  const bytes = ({ received, sent }: Traffic) => received + sent
  const byName = Object.entries(after.byName).map(
    ([name, count]) => [name, (count - (before.byName[name] ?? 0)) / calls] as const,
  )
  return {
    commands: (after.commands - before.commands) / calls,
    byName: Object.fromEntries(byName),
    bytes: (bytes(after) - bytes(before)) / calls,
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

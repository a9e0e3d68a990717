import type { Load } from './load.ts'
import { load } from './load.ts'
import type { BenchRedis } from './redis.ts'
import type { Subject } from './subjects.ts'

/** What one pass over one subject showed. Per 10,000 calls where a figure depends on how many there were. */
export interface Pass {
  readonly load: Load
  /** CPU seconds per 10,000 calls, by process; those of one name together. */
  readonly cpu: Readonly<Record<string, number>>
  readonly cpuTotal: number
  /** Resident megabytes at the end, by process. */
  readonly memory: Readonly<Record<string, number>>
  /** What Redis did per call: commands, those within scripts included, and bytes received and sent. Null without it. */
  readonly redis: { readonly commands: number; readonly bytes: number } | null
}

/**
 * Puts a subject under load and reads what its processes used for it, the model and the generator left out.
 * @throws {Error} when a run that was accepted has not been settled
 */
export async function measure(
  subject: Subject,
  options: { connections: number; amount: number; rate?: number },
): Promise<Pass> {
  const { processes, redis } = subject
  const before = processes.map((each) => each.cpu())
  const traffic = await redis?.traffic()
  const settledBefore = await subject.settled?.()
  const result = await load(subject.call, options)
  const used = processes.map((each, at) => ((each.cpu() - (before[at] ?? 0)) * 10_000) / result.requests)
  const after = await redis?.traffic()
  const settled = await subject.settled?.()
  if (settled !== undefined && settled - (settledBefore ?? 0) !== result.requests) {
    throw new Error(`${result.requests} calls, but ${settled - (settledBefore ?? 0)} settled runs`)
  }
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

type Traffic = Awaited<ReturnType<BenchRedis['traffic']>>

function perCall(before: Traffic, after: Traffic, calls: number) {
  const bytes = ({ received, sent }: Traffic) => received + sent
  return {
    commands: (after.commands - before.commands) / calls,
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

/** Processes of one kind, each with a queue of its own, among which the runs are spread evenly. */
export interface Station {
  readonly name: string
  /** Seconds of CPU that one run takes of this kind of process in all: its service demand. */
  readonly demand: number
  readonly processes: number
}

export interface Workload {
  /** Runs under way at a time: each caller sends its next one when it has its answer. */
  readonly callers: number
  /** Seconds that a run spends where it disturbs no other one: with its model. */
  readonly elsewhere: number
  /** Cores that all processes share; null when each has one to itself. */
  readonly cores: number | null
}

export interface Prediction {
  /** Runs per second. */
  readonly throughput: number
  /** Seconds from the call to its answer. */
  readonly response: number
  /** By kind of process, the share of time that each of them is busy. */
  readonly utilisation: Readonly<Record<string, number>>
  /** The kind that is busiest, or `cores`: what more of would help. */
  readonly bottleneck: string
}

/**
 * What a system gives, from what one run takes of each of its processes. Exact mean value analysis of a closed network
 * of queues (Reiser and Lavenberg 1980): with one more caller, a run finds each queue as long as it was on average
 * without that caller. It keeps both asymptotic bounds of Denning and Buzen (1978): with few callers nobody waits, with
 * many the busiest process is never idle. Where cores are shared, they are one more bound: processes cannot be busy
 * for longer than there are cores.
 */
export function predict(stations: readonly Station[], { callers, elsewhere, cores }: Workload): Prediction {
  const queues = stations.map(() => 0)
  let throughput = 0
  for (let present = 1; present <= callers; present += 1) {
    const residences = stations.map(({ demand, processes }, at) => {
      // The visit is to one process of the kind; the sum over all of them is the same as this.
      return demand * (1 + (queues[at] ?? 0) / processes)
    })
    throughput = present / (elsewhere + sumOf(residences))
    for (const [at, residence] of residences.entries()) queues[at] = throughput * residence
  }
  const each = stations.map(({ name, demand, processes }) => ({ name, perProcess: demand / processes }))
  const busiest = each.reduce((most, one) => (one.perProcess > most.perProcess ? one : most))
  const most = cores === null ? Number.POSITIVE_INFINITY : cores / sumOf(stations.map(({ demand }) => demand))
  const bottleneck = most < throughput ? 'cores' : busiest.name
  throughput = Math.min(throughput, most)
  return {
    throughput,
    response: callers / throughput,
    utilisation: Object.fromEntries(each.map(({ name, perProcess }) => [name, throughput * perProcess])),
    bottleneck,
  }
}

const sumOf = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0)

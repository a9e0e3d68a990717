/** Processes of one kind, each with a queue of its own, among which the runs are spread evenly. */
export interface Station {
  readonly name: string
  /** Seconds of CPU that one run takes of this kind of process in all, where there are many: its service demand. */
  readonly demand: number
  /** The same where a run is alone: what processes do once for all that wait (waking up, one round trip) falls on it. */
  readonly demandAlone: number
  /** How many those were that shared it where `demand` was measured; absent: very many. More share no more. */
  readonly together?: number
  readonly processes: number
}

export interface Workload {
  /** Runs under way at a time: each caller sends its next one when it has its answer. */
  readonly callers: number
  /** Seconds that a run spends where it disturbs no other one: with its model, and on its way between processes. */
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
 * What a system gives, from what one run takes of each of its processes. Mean value analysis of a closed network of
 * queues (Reiser and Lavenberg 1980): with one more caller, a run finds each queue as long as it was on average without
 * that caller. It keeps both asymptotic bounds of Denning and Buzen (1978): with few callers nobody waits, with many
 * the busiest process is never idle. Exact where a run takes the same whether alone or not; else what is done once for
 * all that wait is shared by as many as a queue holds on average, spread over the processes of a kind. Where cores are
 * shared, they are one more bound: processes cannot be busy for longer than there are cores.
 */
export function predict(stations: readonly Station[], { callers, elsewhere, cores }: Workload): Prediction {
  const queues = stations.map(() => 0)
  let demands = stations.map(({ demandAlone }) => demandAlone)
  let throughput = 0
  for (let present = 1; present <= callers; present += 1) {
    const queue = sumOf(queues) / stations.length
    demands = stations.map((station) => demandAt(station, queue / station.processes))
    // A visit is to one process of the kind; the sum over all of them is the same as this.
    const residences = stations.map(
      ({ processes }, at) => (demands[at] ?? 0) * (1 + (queues[at] ?? 0) / processes),
    )
    throughput = present / (elsewhere + sumOf(residences))
    for (const [at, residence] of residences.entries()) queues[at] = throughput * residence
  }
  const each = stations.map(({ name, processes }, at) => ({ name, busy: (demands[at] ?? 0) / processes }))
  const busiest = each.reduce((most, one) => (one.busy > most.busy ? one : most))
  const most = cores === null ? Number.POSITIVE_INFINITY : cores / sumOf(demands)
  const bottleneck = most < throughput ? 'cores' : busiest.name
  throughput = Math.min(throughput, most)
  return {
    throughput,
    response: callers / throughput,
    utilisation: Object.fromEntries(each.map(({ name, busy }) => [name, throughput * busy])),
    bottleneck,
  }
}

/** What a run takes where as many as that share what is done once for all. */
function demandAt(
  { demand, demandAlone, together = Number.POSITIVE_INFINITY }: Station,
  queue: number,
): number {
  const least = 1 / together
  const share = Math.max(0, (1 / Math.max(1, queue) - least) / (1 - least))
  return demand + (demandAlone - demand) * share
}

const sumOf = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0)

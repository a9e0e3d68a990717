import { CONNECTIONS } from './compare.ts'
import { startFleet } from './fleet.ts'
import { measure, median, type Pass } from './measure.ts'
import { modelUrl, startModel } from './model-process.ts'
import type { Started } from './process.ts'
import { asSubject, type Subject } from './subjects.ts'
import { takeTurns } from './turns.ts'

/** Calls that both have had before any that count: costs have stopped falling by then. */
const WARM_UP = 20_000
/** Of each pass: short ones, so that what else the machine does falls on both. */
const TURNS = 8

/** What one checkout took in one pass; `cpu` in seconds per 10,000 runs, by process. */
export interface Side {
  readonly cpu: Readonly<Record<string, number>>
  readonly cpuTotal: number
  /** Runs per second at 32 connections. */
  readonly rps: number
  /** Median latency at one connection beyond that of the model called directly, ms. */
  readonly addedMs: number
  /** Commands of Redis for each run, those within scripts included, by their names. */
  readonly commands: Readonly<Record<string, number>>
  readonly commandsTotal: number
}

export interface Pair {
  readonly against: Side
  readonly here: Side
}

export interface PairOptions {
  /** Folder of the other checkout, with its packages installed. */
  readonly against: string
  readonly passes: number
  /** Runs of each, in each pass. */
  readonly amount: number
  /** Is told what goes on. */
  readonly say: (text: string) => void
}

/**
 * Measures the Splitrun of another checkout beside this one's, in turn, with one model and one Node. Each pass has
 * processes of its own, because two starts of the same code differ as well.
 */
export async function measurePair({ against, passes, amount, say }: PairOptions): Promise<Pair[]> {
  const model = await startModel(0)
  const pairs: Pair[] = []
  try {
    for (let each = 1; each <= passes; each += 1) {
      const pair = await measurePass(model, against, amount)
      pairs.push(pair)
      const ratio = pair.here.cpuTotal / pair.against.cpuTotal
      say(`pass ${each} of ${passes}: this one takes ${ratio.toFixed(3)} of the CPU of the other`)
    }
  } finally {
    await model.stop()
  }
  return pairs
}

async function measurePass(model: Started, against: string, amount: number): Promise<Pair> {
  const url = modelUrl(model)
  const fleets = [await startFleet({ model: url, checkout: against }), await startFleet({ model: url })]
  try {
    const subjects = fleets.map(asSubject)
    for (const subject of subjects) await measure(subject, { connections: CONNECTIONS, amount: WARM_UP })
    const each = Math.ceil(amount / TURNS)
    const busy = await takeTurns(subjects, TURNS, (subject) =>
      measure(subject, { connections: CONNECTIONS, amount: each }),
    )
    const direct: Subject = {
      ...{ processes: [], redis: null },
      call: { url: `${url}/chat/completions`, headers: {}, body: '{}' },
    }
    const alone = await takeTurns([direct, ...subjects], TURNS, (subject) =>
      measure(subject, { connections: 1, amount: Math.ceil(each / 4) }),
    )
    const [base, ...latencies] = alone.map((passes) => median(passes.map(({ load }) => load.p50)))
    const [other, here] = busy.map((passes, at) => sideOf(passes, (latencies[at] ?? 0) - (base ?? 0)))
    return { against: other as Side, here: here as Side }
  } finally {
    for (const fleet of fleets) await fleet.stop()
  }
}

/** Means over turns of as many calls each. */
function sideOf(passes: readonly Pass[], addedMs: number): Side {
  const mean = (value: (pass: Pass) => number) =>
    passes.reduce((sum, pass) => sum + value(pass), 0) / passes.length
  const byName = (value: (pass: Pass) => Readonly<Record<string, number>>) => {
    const names = new Set(passes.flatMap((pass) => Object.keys(value(pass))))
    return Object.fromEntries([...names].map((name) => [name, mean((pass) => value(pass)[name] ?? 0)]))
  }
  return {
    cpu: byName(({ cpu }) => cpu),
    cpuTotal: mean(({ cpuTotal }) => cpuTotal),
    rps: mean(({ load }) => load.rps),
    addedMs,
    commands: byName(({ redis }) => redis?.byName ?? {}),
    commandsTotal: mean(({ redis }) => redis?.commands ?? 0),
  }
}

import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { CONNECTIONS } from '../compare.ts'
import { startFleet } from '../fleet.ts'
import { measure } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { asSubject } from '../subjects.ts'

export interface Load {
  readonly workers: number
  readonly callers: number
  readonly modelMs: number
}

export interface Observed {
  /** Runs per second. */
  readonly rps: number
  /** Seconds of CPU that one run took, by process. */
  readonly cpu: Readonly<Record<'api' | 'worker' | 'redis' | 'generator' | 'model', number>>
  /** Cores that nobody else used meanwhile. */
  readonly cores: number
}

/** Calls before any that count, the same for all loads: what is not warm takes more. */
const WARM_UP = 15_000
/** Calls of one caller take long, and vary little. */
const SHARE_ALONE = 0.25
const TICKS_PER_SECOND = 100

/** A fleet of its own under a load. */
export async function observe({ workers, callers, modelMs }: Load, calls: number): Promise<Observed> {
  const model = await startModel(modelMs)
  const fleet = await startFleet({ model: modelUrl(model), workers })
  try {
    const amount = callers === 1 ? Math.ceil(calls * SHARE_ALONE) : calls
    const subject = asSubject(fleet)
    await measure(subject, { connections: CONNECTIONS, amount: WARM_UP })
    const before = { all: busySeconds(), own: process.cpuUsage(), model: model.cpu(), at: performance.now() }
    const { cpu, cpuTotal, load } = await measure(subject, { connections: callers, amount })
    const { user, system } = process.cpuUsage(before.own)
    const [generator, modelCpu] = [(user + system) / 1e6, model.cpu() - before.model]
    const ours = (cpuTotal * amount) / 10_000 + generator + modelCpu
    const others = (busySeconds() - before.all - ours) / ((performance.now() - before.at) / 1000)
    const of = (name: string) => (cpu[name] ?? 0) / 10_000
    return {
      rps: load.rps,
      cpu: {
        ...{ api: of('api'), worker: of('worker'), redis: of('redis') },
        ...{ generator: generator / amount, model: modelCpu / amount },
      },
      cores: cpus().length - Math.max(0, others),
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

/** Seconds that all cores together have worked since the machine started. */
function busySeconds(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
}

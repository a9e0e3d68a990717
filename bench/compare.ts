import { type Generator, measure, type Pass } from './measure.ts'
import { modelUrl, startModel } from './model-process.ts'
import type { Started } from './process.ts'
import { SUBJECTS, type Subject } from './subjects.ts'

export const CONNECTIONS = 32
/** Calls after which nobody compiles anything any more, nor do costs fall. */
const WARM_UP = 40_000
export const SLOW_MS = 200
export const SLOW_CONNECTIONS = 128

/** One subject through all loads, in processes of its own. */
export interface SubjectPass {
  /** As many calls as it can take, the model answering at once. */
  readonly busy: Pass
  /** One call at a time. */
  readonly one: Pass
  /** Half as many calls a second as it could take. */
  readonly half: Pass
  /** Many connections, the model taking its time. */
  readonly slow: Pass
}

export interface CompareOptions {
  /** Names of subjects, in the order in which they take messages. */
  readonly names: readonly string[]
  readonly passes: number
  /** Calls of the busy load. */
  readonly amount: number
  /** What makes the busy load, where it is not this process. */
  readonly generator: Generator | null
  /** Is told what goes on. */
  readonly say: (text: string) => void
}

export interface Passes {
  /** Of the model itself, called without anything between. */
  readonly direct: readonly Pass[]
  readonly subjects: ReadonlyMap<string, readonly SubjectPass[]>
}

/**
 * Puts all subjects under the same loads, one after the other, again and again: what else the machine does meanwhile
 * falls on all of them alike.
 */
export async function compareSubjects(options: CompareOptions): Promise<Passes> {
  const { names, passes, amount, say } = options
  const [fast, slow] = [await startModel(0), await startModel(SLOW_MS)]
  const direct: Pass[] = []
  const subjects = new Map<string, SubjectPass[]>(names.map((name) => [name, []]))
  try {
    for (let each = 1; each <= passes; each += 1) {
      direct.push(await measureModel(fast, amount))
      for (const name of names) {
        const row = await passOver(name, { fast, slow }, options)
        subjects.get(name)?.push(row)
        say(
          `pass ${each} of ${passes}: ${name}: ${row.busy.cpuTotal.toFixed(2)} CPU s per 10,000, ` +
            `${row.busy.load.rps.toFixed(0)} calls/s, ${row.slow.load.rps.toFixed(0)} with a slow model`,
        )
      }
    }
  } finally {
    for (const model of [fast, slow]) await model.stop()
  }
  return { direct, subjects }
}

function measureModel(model: Started, amount: number): Promise<Pass> {
  const call = { url: `${modelUrl(model)}/chat/completions`, headers: {}, body: '{}' }
  const subject = { processes: [], redis: null, call }
  return measure(subject, { connections: 1, amount: Math.ceil(amount / 10) })
}

async function passOver(
  name: string,
  models: { fast: Started; slow: Started },
  { amount, generator }: CompareOptions,
): Promise<SubjectPass> {
  const start = SUBJECTS[name]
  if (!start) throw new Error(`no such subject: ${name}; there are ${Object.keys(SUBJECTS).join(', ')}`)
  const through = async <T>(model: Started, use: (subject: Subject) => Promise<T>): Promise<T> => {
    const subject = await start(modelUrl(model))
    try {
      return await use(subject)
    } finally {
      for (const each of subject.processes) await each.stop()
    }
  }
  const fast = await through(models.fast, async (subject) => {
    // Code is compiled, connections are open and caches full before anything counts: a server runs for weeks.
    await measure(subject, { connections: CONNECTIONS, amount: Math.max(WARM_UP, amount) })
    const by = generator ? { generator } : {}
    const busy = await measure(subject, { connections: CONNECTIONS, amount, ...by })
    const one = await measure(subject, { connections: 1, amount: Math.ceil(amount / 10) })
    const rate = Math.max(1, Math.floor(busy.load.rps / 2))
    const half = await measure(subject, { connections: CONNECTIONS, amount: Math.ceil(amount / 2), rate })
    return { busy, one, half }
  })
  const slow = await through(models.slow, async (subject) => {
    await measure(subject, { connections: SLOW_CONNECTIONS, amount: SLOW_CONNECTIONS * 10 })
    return measure(subject, { connections: SLOW_CONNECTIONS, amount: SLOW_CONNECTIONS * 30 })
  })
  return { ...fast, slow }
}

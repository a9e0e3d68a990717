import { diceFrom } from '../dice.ts'

/**
 * What a fault does:
 * - `kill`, `freeze`, `stop`: a process dies at once, stands still, or is asked to stop; then it is there again,
 * - `clock`: the clock of a process's machine is wrong, and is set while it works,
 * - `sick`: a process lacks what it needs of its machine: files, file descriptors, processes for images,
 * - `acl`: Redis' user loses a right, and gets it back,
 * - `password`: the password of Redis' user is renewed,
 * - `cancels`: runs are cancelled by the thousand.
 */
export type FaultKind = 'kill' | 'freeze' | 'stop' | 'clock' | 'sick' | 'acl' | 'password' | 'cancels'

export interface Fault {
  readonly kind: FaultKind
  /** Whom it strikes: names of the fleet's members. */
  readonly targets: readonly string[]
  /** When it strikes, ms after the beginning. */
  readonly at: number
  /** How long until the targets are started again, or go on. */
  readonly forMs: number
  /** At least 0, below 1: the chance that a fault needs of its own, for which of its forms it takes. */
  readonly chance: number
}

export interface FaultScheduleOptions {
  readonly seed: number
  /** No fault lasts beyond it, ms. */
  readonly until: number
  /** Longest outage, ms. */
  readonly longestMs: number
  /** Mean time from one fault to the next, ms. */
  readonly everyMs: number
  readonly workers: readonly string[]
  readonly apis: readonly string[]
  /** Whether files are in storage of their own, which may be struck. */
  readonly storage?: boolean
}

/** Shares of the outage's longest time: a replaced process is back soon, one that stands still may take all of it. */
const KINDS = [
  { of: 'worker', kind: 'kill', weight: 5, low: 0.02, high: 0.2 },
  { of: 'worker', kind: 'freeze', weight: 3, low: 0.05, high: 1 },
  { of: 'worker', kind: 'stop', weight: 2, low: 0.02, high: 0.1 },
  { of: 'workers', kind: 'kill', weight: 1, low: 0.02, high: 0.3 },
  { of: 'worker', kind: 'clock', weight: 1, low: 0.2, high: 0.6 },
  { of: 'worker', kind: 'sick', weight: 3, low: 0.2, high: 0.8 },
  { of: 'api', kind: 'kill', weight: 3, low: 0.02, high: 0.2 },
  { of: 'api', kind: 'freeze', weight: 2, low: 0.05, high: 0.5 },
  { of: 'api', kind: 'stop', weight: 1, low: 0.02, high: 0.1 },
  { of: 'api', kind: 'clock', weight: 1, low: 0.2, high: 0.6 },
  { of: 'api', kind: 'sick', weight: 1, low: 0.2, high: 0.6 },
  { of: 'api', kind: 'cancels', weight: 2, low: 0.05, high: 0.3 },
  { of: 'redis', kind: 'kill', weight: 2, low: 0.05, high: 1 },
  { of: 'redis', kind: 'freeze', weight: 2, low: 0.05, high: 0.6 },
  { of: 'redis', kind: 'acl', weight: 3, low: 0.05, high: 0.4 },
  { of: 'everybody', kind: 'password', weight: 1, low: 0.4, high: 0.8 },
] as const
const STORAGE_KINDS = [
  { of: 'storage', kind: 'kill', weight: 2, low: 0.05, high: 1 },
  { of: 'storage', kind: 'freeze', weight: 2, low: 0.05, high: 1 },
] as const

/** How many kinds there are, each of what it strikes. */
export const KIND_COUNT = KINDS.length

/**
 * Faults at random times: first each kind once, in some order, then by weight. Faults of different processes overlap;
 * a process that is struck is not struck again before it is back.
 */
export function scheduleFaults(options: FaultScheduleOptions): Fault[] {
  const dice = diceFrom(`${options.seed} faults`)
  const members = {
    worker: options.workers.map((name) => [name]),
    workers: [options.workers],
    api: options.apis.map((name) => [name]),
    redis: [['redis']],
    storage: [['storage']],
    everybody: [['redis', ...options.apis, ...options.workers]],
  }
  const faults: Fault[] = []
  const freeAt = new Map<string, number>()
  const kinds = options.storage ? [...KINDS, ...STORAGE_KINDS] : KINDS
  const owed = dice.shuffle(kinds)
  for (
    let at = dice.between(0, options.everyMs);
    at < options.until;
    at += dice.between(0, 2 * options.everyMs)
  ) {
    const isFree = (targets: readonly string[]) => targets.every((name) => (freeAt.get(name) ?? 0) <= at)
    // What strikes everybody would never find all of them free, if nobody waited for it.
    const chosen = owed[0] ?? dice.pick(kinds)
    const forMs = dice.between(chosen.low, chosen.high) * options.longestMs
    const targets = dice.shuffle(members[chosen.of]).find(isFree)
    const chance = dice.between(0, 1)
    if (at + forMs > options.until || !targets) continue
    owed.shift()
    for (const name of targets) freeAt.set(name, at + forMs + restMs(options, name))
    faults.push({ kind: chosen.kind, targets, at: Math.round(at), forMs: Math.round(forMs), chance })
  }
  return faults
}

/** What depends on Redis needs it for a while between two of its outages, or nothing would ever happen. */
const restMs = ({ everyMs }: FaultScheduleOptions, name: string): number =>
  name === 'redis' ? everyMs * 2 : everyMs / 4

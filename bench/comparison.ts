import type { Passes, SubjectPass } from './compare.ts'
import type { Load } from './load.ts'
import { median } from './measure.ts'
import type { Table } from './table.ts'

/** Milliseconds. */
export interface Latencies {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What the passes over one subject come to: medians. */
export interface Summary {
  /** CPU seconds per 10,000 calls, by process. */
  readonly cpu: Readonly<Record<string, number>>
  readonly cpuTotal: number
  /** Of the passes, the one with the least CPU in all and the one with the most. */
  readonly cpuRange: readonly [number, number]
  readonly rps: number
  /** What is beyond the model's own median latency, at one connection, and at half of the calls that it can take. */
  readonly added: Latencies
  readonly addedAtHalf: Latencies
  /** Calls per second with the slow model. */
  readonly slowRps: number
  /** Resident megabytes, by process. */
  readonly memory: Readonly<Record<string, number>>
  readonly redis: { readonly commands: number; readonly bytes: number } | null
}

export interface Comparison {
  readonly passes: number
  readonly subjects: Readonly<Record<string, Summary>>
}

export function summarise({ direct, subjects }: Passes): Comparison {
  const base = median(direct.map(({ load }) => load.p50))
  const all = [...subjects].map(([name, passes]) => [name, summariseSubject(passes, base)] as const)
  return { passes: direct.length, subjects: Object.fromEntries(all) }
}

function summariseSubject(passes: readonly SubjectPass[], base: number): Summary {
  const of = (value: (pass: SubjectPass) => number): number => rounded(median(passes.map(value)))
  const byProcess = (value: (pass: SubjectPass) => Readonly<Record<string, number>>) => {
    const names = Object.keys(passes[0] ? value(passes[0]) : {})
    return Object.fromEntries(names.map((name) => [name, of((pass) => value(pass)[name] ?? 0)]))
  }
  const added = (load: (pass: SubjectPass) => Load) =>
    latencies((part) => median(passes.map((pass) => load(pass)[part])) - base)
  const totals = passes.map(({ busy }) => busy.cpuTotal)
  return {
    cpu: byProcess(({ busy }) => busy.cpu),
    cpuTotal: of(({ busy }) => busy.cpuTotal),
    cpuRange: [rounded(Math.min(...totals)), rounded(Math.max(...totals))],
    rps: of(({ busy }) => busy.load.rps),
    added: added(({ one }) => one.load),
    addedAtHalf: added(({ half }) => half.load),
    slowRps: of(({ slow }) => slow.load.rps),
    memory: byProcess(({ busy }) => busy.memory),
    redis: passes[0]?.busy.redis
      ? {
          commands: of(({ busy }) => busy.redis?.commands ?? 0),
          bytes: of(({ busy }) => busy.redis?.bytes ?? 0),
        }
      : null,
  }
}

const PARTS = ['mean', 'p50', 'p95', 'p99'] as const

const latencies = (value: (part: keyof Latencies) => number): Latencies =>
  Object.fromEntries(PARTS.map((part) => [part, rounded(value(part))])) as Record<keyof Latencies, number>

/** Four digits: more would be noise. */
const rounded = (value: number): number => Number(value.toPrecision(4))

const REFERENCE = 'express + openai'

export function comparisonTable({ subjects }: Comparison): Table {
  const reference = subjects[REFERENCE]?.cpuTotal
  const sum = (parts: Readonly<Record<string, number>>) =>
    Object.values(parts).reduce((all, each) => all + each, 0)
  const three = ({ p50, p95, p99 }: Latencies) => [p50, p95, p99].map((each) => each.toFixed(1)).join(' / ')
  return {
    head: [
      '',
      'CPU s per 10,000',
      `of ${REFERENCE}`,
      'calls/s',
      'added p50 / p95 / p99 ms',
      'at half load ms',
      'slow model calls/s',
      'Redis commands, kB',
      'MB',
    ],
    rows: Object.entries(subjects).map(([name, each]) => [
      name,
      each.cpuTotal.toFixed(2),
      reference ? (each.cpuTotal / reference).toFixed(2) : '-',
      each.rps.toFixed(0),
      three(each.added),
      three(each.addedAtHalf),
      each.slowRps.toFixed(0),
      each.redis ? `${each.redis.commands.toFixed(0)}, ${(each.redis.bytes / 1000).toFixed(1)}` : '-',
      sum(each.memory).toFixed(0),
    ]),
  }
}

/** The same by process, of those subjects that have several. */
export function processesTable({ subjects }: Comparison): Table {
  const several = Object.entries(subjects).filter(([, { cpu }]) => Object.keys(cpu).length > 1)
  return {
    head: ['', 'CPU s per 10,000', 'MB'],
    rows: several.flatMap(([name, { cpu, memory }]) =>
      Object.keys(cpu).map((part) => [
        `${name}: ${part}`,
        (cpu[part] ?? 0).toFixed(2),
        (memory[part] ?? 0).toFixed(0),
      ]),
    ),
  }
}

import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { GATEWAY_VERSION } from './portkey.ts'

const ROOT = join(import.meta.dirname, '..')

/** Where and with what figures were measured: without it they say little. */
export interface Machine {
  readonly date: string
  readonly processor: string
  readonly cores: number
  /** Gigabytes. */
  readonly memory: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
}

export function describeMachine(redisVersion: string): Machine {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const packages = ['bullmq', 'express', 'openai', 'undici']
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1e9),
    system: `Linux ${release()}`,
    versions: {
      node: process.versions.node,
      redis: redisVersion,
      ...Object.fromEntries(packages.map((name) => [name, dependencies[name] ?? ''])),
      portkey: GATEWAY_VERSION,
    },
  }
}

/** In one line, for people. */
export function machineLine({ date, processor, cores, memory, system, versions }: Machine): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${date}, ${cores} cores (${processor}), ${memory} GB, ${system}; ${used.join(', ')}`
}

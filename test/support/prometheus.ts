import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram } from './programs/prometheus.ts'
import type { Cleanup } from './system.ts'

export const RULES_DIR = join(import.meta.dirname, '../../deploy/prometheus')

/** A series of an answer; an instant answer has one point. */
export interface Answered {
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds and values. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Rule {
  readonly name: string
  readonly query: string
  readonly type: 'recording' | 'alerting'
  /** `unknown` until it was evaluated. */
  readonly health: 'ok' | 'err' | 'unknown'
}

/** A real Prometheus on the loopback, with the rules that are delivered. */
export interface Prometheus {
  query(expr: string): Promise<Answered[]>
  /** What a graph of the last `seconds` shows, one point each `step` seconds. */
  queryRange(expr: string, seconds: number, step: number): Promise<Answered[]>
  rules(): Promise<Rule[]>
}

interface Raw {
  readonly metric: Record<string, string>
  readonly value?: [number, string]
  readonly values?: [number, string][]
}

/** Scrapes the whole installation at one address and processes at theirs, as `deploy/prometheus` does. */
export async function startPrometheus(
  t: Cleanup,
  { fleet, processes }: { fleet: string; processes: readonly string[] },
): Promise<Prometheus> {
  const { command, env } = await findProgram()
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-prometheus-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['recording.yml', 'alerts.yml'].map((name) => join(RULES_DIR, name)),
    scrape_configs: [
      { job_name: 'splitrun', static_configs: [{ targets: [fleet], labels: { instance: 'fleet' } }] },
      { job_name: 'splitrun-processes', static_configs: [{ targets: processes }] },
    ],
  }
  // JSON is YAML.
  await writeFile(join(dir, 'prometheus.yml'), JSON.stringify(config))
  const args = [
    `--config.file=${join(dir, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ]
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const address = await addressOf(child.stderr)

  async function ask<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const body = (await answer.json()) as { status: string; data: T; error?: string }
    if (body.status !== 'success') throw new Error(`${body.error}: ${parameters['query'] ?? path}`)
    return body.data
  }
  async function askSeries(path: string, parameters: Record<string, string>): Promise<Answered[]> {
    const { result } = await ask<{ result: Raw[] }>(path, parameters)
    return result.map(({ metric, value, values = value ? [value] : [] }) => ({
      labels: metric,
      points: values.map(([at, text]) => [at, Number(text)] as const),
    }))
  }
  return {
    query: (query) => askSeries('query', { query }),
    queryRange(query, seconds, step) {
      const end = Date.now() / 1000
      return askSeries('query_range', { query, start: `${end - seconds}`, end: `${end}`, step: `${step}` })
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules')
      return groups.flatMap(({ rules }) => rules)
    },
  }
}

/** It says in its log where it listens, and soon after that it serves. */
async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = []
  let address: string | undefined
  for await (const line of createInterface({ input: log })) {
    said.push(line)
    address ??= /Listening on.*address=(\S+)/.exec(line)?.[1]
    if (address && /Server is ready/.test(line)) {
      // Nobody reads on, and a full pipe would stop it.
      log.resume()
      return address
    }
  }
  throw new Error(`Prometheus ended:\n${said.slice(-8).join('\n')}`)
}

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { composeCore } from '../../compose/compose-core.ts'
import { givenOrEmbeddedRedis } from '../../compose/compose-redis.ts'
import { composeSimulatedModel } from '../../compose/compose-simulated-model.ts'
import type { Config } from '../../config.ts'
import { needsSimulatedModel } from '../../models/servers/load-models.ts'
import type { Lifecycle } from '../../platform/lifecycle.ts'
import type { Logger } from '../../platform/logger.ts'
import { buildConsole } from './build-console.ts'
import { type Demo, ensureDemo, newAdminToken, readDemo } from './demo.ts'
import { makeHistory } from './demo-history.ts'
import { findModelNames } from './find-model-names.ts'
import { keepRunning } from './keep-running.ts'

const MOST_PORT = 65_535

/**
 * Runs everything on one machine: Redis and the simulated model where none is given, the API and a worker as
 * processes of their own, which are started again when they die. Returns once the API listens. What it opens is closed
 * with `lifecycle`, also when it fails.
 */
export async function startDev(
  lifecycle: Lifecycle,
  config: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<Demo> {
  const dataDir = resolve(config.dataDir)
  // Beside all that follows: it takes some seconds where there is something to do.
  const build = buildConsole()
  lifecycle.onClose('build of the console', () => build.stop())
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
  const simulatedUrl = await composeSimulatedModel(config, lifecycle)
  const modelNames = await findModelNames(config)
  const settled = { ...config, dataDir, modelNames }
  const core = await composeCore(settled, log, simulatedUrl, signal, givenOrEmbeddedRedis)
  lifecycle.onClose('core', () => core.lifecycle.close())

  const adminToken = config.adminToken ?? (await readDemo(dataDir))?.admin_token ?? newAdminToken()
  const settings: Record<string, string> = {
    REDIS_URL: core.redisTarget,
    SPLITRUN_DATA_DIR: dataDir,
    SPLITRUN_ADMIN_TOKEN: adminToken,
    SPLITRUN_MODELS: modelNames.join(','),
    ...(simulatedUrl ? { SPLITRUN_SIMULATED_URL: simulatedUrl } : {}),
  }
  const { metricsPort } = config
  const own = metricsPort === null ? {} : { SPLITRUN_METRICS_PORT: `${portBeside(metricsPort)}` }
  const worker = keepRunning('worker', { ...settings, ...own }, dataDir, log)
  lifecycle.onClose('worker', () => worker.stop())
  const api = keepRunning('api', settings, dataDir, log)
  lifecycle.onClose('api', () => api.stop())
  const port = await api.listening
  const { demo, isNew } = await ensureDemo(core, urlOf(config.host, port), adminToken)
  if (isNew && needsSimulatedModel(config)) await makeHistory(demo, log)
  const problem = await build.done
  if (problem !== null) log.warn({ problem }, 'the console could not be built; all else works')
  return demo
}

/** The port for the second process that is given this one, since each needs its own: the next one; 0 is any free one. */
export function portBeside(port: number): number {
  if (port === 0) return 0
  return port < MOST_PORT ? port + 1 : port - 1
}

/** Where this machine reaches a server that listens on a host; one that listens on all addresses is at the loopback. */
export function urlOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

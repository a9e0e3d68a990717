import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { composeCore, composeSimulatedModel } from './compose.ts'
import { type Config, childEnvironment } from './config.ts'
import { type Demo, ensureDemo, newAdminToken, readDemo } from './demo.ts'
import { needsSimulatedModel } from './models/servers/load-models.ts'
import { Lifecycle } from './platform/lifecycle.ts'
import type { Logger } from './platform/logger.ts'

const RESTART_MS = 500

/**
 * Runs everything on one machine: Redis and the simulated model where none is given, the API and a worker as
 * processes of their own, which are started again when they die. Returns once the API listens.
 */
export async function startDev(
  config: Config,
  log: Logger,
  signal?: AbortSignal,
): Promise<{ demo: Demo; lifecycle: Lifecycle; text: string }> {
  const dataDir = resolve(config.dataDir)
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
  const lifecycle = new Lifecycle(log)
  const simulatedUrl = await composeSimulatedModel(config, lifecycle)
  const modelNames = await findModelNames(config)
  const core = await composeCore({ ...config, dataDir, modelNames }, log, simulatedUrl, signal)
  lifecycle.onClose('core', () => core.lifecycle.close())

  const adminToken = config.adminToken ?? (await readDemo(dataDir))?.admin_token ?? newAdminToken()
  const settings: Record<string, string> = {
    REDIS_URL: core.redisTarget,
    SPLITRUN_DATA_DIR: dataDir,
    SPLITRUN_ADMIN_TOKEN: adminToken,
    SPLITRUN_MODELS: modelNames.join(','),
    ...(simulatedUrl ? { SPLITRUN_SIMULATED_URL: simulatedUrl } : {}),
  }
  const worker = keepRunning('worker', settings, dataDir, log)
  lifecycle.onClose('worker', () => worker.stop())
  const api = keepRunning('api', settings, dataDir, log)
  lifecycle.onClose('api', () => api.stop())
  let port: number
  try {
    port = await api.listening
  } catch (error) {
    await lifecycle.close()
    throw error
  }
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  const demo = await ensureDemo(core, `http://${host}:${port}`, adminToken)
  return { demo, lifecycle, text: welcome(config, demo, dataDir) }
}

/** What an OpenAI-compatible server lists, so that pointing at one is enough. The configured names win. */
async function findModelNames(config: Config): Promise<string[]> {
  if (
    needsSimulatedModel(config) ||
    config.modelsFile ||
    config.modelNames.length > 0 ||
    !config.openaiBaseUrl
  ) {
    return [...config.modelNames]
  }
  try {
    const answer = await fetch(`${config.openaiBaseUrl.replace(/\/$/, '')}/models`, {
      headers: config.openaiApiKey ? { authorization: `Bearer ${config.openaiApiKey}` } : {},
      signal: AbortSignal.timeout(3000),
    })
    const { data } = (await answer.json()) as { data: { id: string }[] }
    return data.map(({ id }) => id).slice(0, 50)
  } catch {
    // A server that lists nothing is asked for the default model.
    return []
  }
}

/** A process of this project that is started again whenever it ends before its time. Its log goes to a file. */
function keepRunning(
  command: 'api' | 'worker',
  settings: Record<string, string>,
  dataDir: string,
  log: Logger,
) {
  const out = openSync(join(dataDir, 'logs', `${command}.log`), 'a', 0o600)
  let child: ChildProcess
  let stopping = false
  let heard: (port: number) => void
  let failed: (error: Error) => void
  const listening = new Promise<number>((resolvePort, reject) => {
    heard = resolvePort
    failed = reject
  })

  function start(): void {
    // A group of its own: Ctrl-C reaches only the parent, which then stops its children in order. The channel tells a
    // child that its parent is gone, however that came about.
    child = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), command], {
      env: childEnvironment(settings),
      stdio: ['ignore', out, out, 'ipc'],
      detached: true,
    })
    let listened = false
    child.on('message', (message) => {
      const { port, problem } = message as { port?: number; problem?: string }
      if (problem) failed(new Error(problem))
      if (port === undefined) return
      listened = true
      heard(port)
    })
    child.once('exit', (code, signal) => {
      if (stopping) return
      if (!listened && command === 'api')
        failed(new Error(`the API did not start; see ${dataDir}/logs/api.log`))
      log.warn({ command, code, signal }, 'a process ended; starting it again')
      setTimeout(() => {
        if (!stopping) start()
      }, RESTART_MS)
    })
  }
  start()

  return {
    listening,
    stop: () =>
      new Promise<void>((done) => {
        stopping = true
        if (child.exitCode !== null || child.signalCode !== null) return done()
        child.once('exit', () => done())
        child.kill('SIGTERM')
      }),
  }
}

function welcome(config: Config, demo: Demo, dataDir: string): string {
  const path = `${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}/task/${demo.tasks.sentiment}/run`
  const model = needsSimulatedModel(config)
    ? 'simulated: answers are made up. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one.'
    : (config.modelsFile ?? config.openaiBaseUrl ?? 'OpenAI')
  return `
Splitrun listens at ${demo.url}

Try it:

  curl -s ${path} \\
    -H 'Authorization: Bearer ${demo.token}' \\
    -H 'Content-Type: application/json' \\
    -d '{"task_input": {"text": "I love this, it is great!"}}'

Models  ${model}
Redis   ${config.redisUrl ? 'given by REDIS_URL' : `embedded, in ${dataDir}`}
Ids     ${join(dataDir, 'dev.json')} (ids and tokens of the demo)
Logs    ${join(dataDir, 'logs')}
Stop    Ctrl-C; all data is kept
`
}

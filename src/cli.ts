#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { composeApi, composeCore, composeSimulatedModel, composeWorker, declareEndpoints } from './compose.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { startDev } from './dev.ts'
import { describeApi } from './http/openapi/openapi.ts'
import { Lifecycle } from './platform/lifecycle.ts'
import { createLogger, type Logger, silentLogger } from './platform/logger.ts'
import { RedisUnusableError } from './platform/redis/await-redis.ts'
import { PROJECT_SCOPES, SCOPES, type Scope } from './tenancy/tenant.ts'
import { exportText, importFile } from './transfer-files.ts'

const USAGE = `splitrun COMMAND

  dev               everything on this machine, with a demo (npm start)
  api               an API process
  worker            a worker process
  simulated-model   the simulated model alone
  openapi           print the OpenAPI document
  export            write projects as a file to standard output: [--project ID ...], all by default; --task ID ... of one
  import            read such a file (- is standard input): FILE [--project ID] [--replace]
  token             make a key, or with --oauth a client: --project ID, or [--org-name N --project-name N] for a
                    new one; [--name N] [--scopes a,b] [--expires ISO-TIME]
`

/** Resolves when the text is out: a process that ends before would cut it short in a pipe. */
const print = (text: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()))
/** Tells the process that started this one, if it listens. */
const report = (message: object): void => void process.send?.(message)

/** A command; `signal` fires when the process is told to stop before it is up. Null: it is done. */
type Command = (config: Config, log: Logger, args: string[], signal: AbortSignal) => Promise<Lifecycle | null>

const COMMANDS: Record<string, Command> = {
  async dev(config, _log, _args, signal) {
    const { lifecycle, text } = await startDev(config, createLogger('warn', { process: 'dev' }), signal)
    await print(text)
    return lifecycle
  },
  async api(config, log, _args, signal) {
    const core = await composeCore(config, log, config.simulatedUrl, signal)
    const { port } = await composeApi(core)
    log.info({ host: config.host, port }, 'listening')
    report({ port })
    return core.lifecycle
  },
  async worker(config, log, _args, signal) {
    const lifecycle = new Lifecycle(log)
    const simulatedUrl = await composeSimulatedModel(config, lifecycle)
    const core = await composeCore(config, log, simulatedUrl, signal)
    lifecycle.onClose('core', () => core.lifecycle.close())
    await composeWorker(core)
    log.info({ concurrency: config.concurrency, shards: config.shards }, 'consuming')
    return lifecycle
  },
  async 'simulated-model'(config, log) {
    const lifecycle = new Lifecycle(log)
    await print(
      (await composeSimulatedModel({ ...config, simulatedUrl: null }, lifecycle)) ??
        'a real model is configured',
    )
    return lifecycle
  },
  async openapi(config) {
    await print(JSON.stringify(describeApi(declareEndpoints(config)), null, 2))
    return null
  },
  async export(config, _log, args) {
    const list = { type: 'string', multiple: true } as const
    const { values } = parseArgs({ args, options: { project: list, task: list } })
    // Its log would stand in the file.
    const core = await composeCore(config, silentLogger())
    try {
      await print(await exportText(core, values.project ?? null, values.task ?? null))
    } finally {
      await core.lifecycle.close()
    }
    return null
  },
  async import(config, _log, args) {
    const options = { project: { type: 'string' }, replace: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [file, ...more] = positionals
    if (!file || more.length > 0) throw new ConfigError('name one file to import')
    const core = await composeCore(config, silentLogger())
    try {
      const report = await importFile(core, file, values.project ?? null, values.replace)
      await print(JSON.stringify(report, null, 2))
    } finally {
      await core.lifecycle.close()
    }
    return null
  },
  async token(config, log, args) {
    const { values } = parseArgs({
      args,
      options: {
        project: { type: 'string' },
        'org-name': { type: 'string', default: 'Default' },
        'project-name': { type: 'string', default: 'Default' },
        name: { type: 'string', default: 'token' },
        scopes: { type: 'string', default: PROJECT_SCOPES.join(',') },
        expires: { type: 'string' },
        oauth: { type: 'boolean', default: false },
      },
    })
    const end = values.expires === undefined ? null : new Date(values.expires)
    if (end && Number.isNaN(end.getTime())) throw new ConfigError(`not a time: ${values.expires}`)
    const expires = end?.toISOString() ?? null
    const scopes = values.scopes.split(',').map((scope) => {
      if (scope === 'admin' || !SCOPES.includes(scope as Scope))
        throw new ConfigError(`unknown scope: ${scope}`)
      return scope as Scope
    })
    const core = await composeCore(config, log)
    try {
      const { tenants, apiKeys, clients } = core
      const org = values.project ? null : await tenants.createOrganisation(values['org-name'])
      const project = org
        ? await tenants.createProject(org.id, values['project-name'])
        : await tenants.project(values.project ?? '')
      if (!project) throw new ConfigError(`there is no project ${values.project}`)
      const issued = await (values.oauth ? clients : apiKeys).create(project, {
        name: values.name,
        scopes,
        expires,
      })
      if (!issued) throw new Error('a fresh id was taken')
      const { org_id, project_id, id } = issued.credential
      const named = values.oauth
        ? { client_id: id, client_secret: issued.secret }
        : { id, token: issued.secret }
      await print(JSON.stringify({ org_id, project_id, scopes, expires, ...named }, null, 2))
    } finally {
      await core.lifecycle.close()
    }
    return null
  },
}

async function main(): Promise<void> {
  // Whoever reads what is printed may stop reading, as head does.
  process.stdout.on('error', () => process.exit(0))
  const [name = '', ...args] = process.argv.slice(2)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    process.stderr.write(USAGE)
    process.exit(2)
  }
  const config = readConfig()
  const log = createLogger(config.logLevel, { process: name, pid: process.pid })
  const starting = new AbortController()
  let lifecycle: Lifecycle | null = null
  const stop = async (reason: string): Promise<void> => {
    // A second signal is a person who does not want to wait.
    if (starting.signal.aborted && reason === 'SIGINT') process.exit(130)
    starting.abort()
    if (!lifecycle) return
    log.info({ reason }, 'stopping')
    // A closer that hangs must not keep the process: what is durable is in Redis.
    setTimeout(() => process.exit(1), (config.shutdownGrace + 10) * 1000).unref()
    await lifecycle.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal))
  process.on('disconnect', () => void stop('parent is gone'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

  try {
    lifecycle = await command(config, log, args, starting.signal)
  } catch (error) {
    // Told to stop before there was anything to close.
    if ((error as Error).name === 'AbortError' && starting.signal.aborted) process.exit(0)
    throw error
  }
  if (starting.signal.aborted) await stop('SIGTERM')
  if (!lifecycle) process.exit(0)
}

main().catch((error: unknown) => {
  const known =
    error instanceof ConfigError ||
    error instanceof RedisUnusableError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const text =
    known || process.argv[2] === 'dev' ? (error as Error).message : ((error as Error).stack ?? String(error))
  report({ problem: text })
  process.stderr.write(`splitrun: ${text}\n`)
  // Sent messages leave the process before it does.
  setImmediate(() => process.exit(1))
})

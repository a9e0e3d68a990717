import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { closingTime, serve } from './serve.ts'

/** `splitrun api`: an API process, until it is told to stop. */
export function addApi(program: Command, context: CommandContext): void {
  const command = program
    .command('api')
    .summary('an API process')
    .description(
      'Serves the API in this process. Redis is waited for. The settings are read from the environment.',
    )
    .action(async () => {
      const config = context.readConfig()
      const log = context.createLog('api', config.logLevel, 'stdout')
      const { composeApi } = await import('../compose/compose-api.ts')
      const { composeCore } = await import('../compose/compose-core.ts')
      await serve(context, log, closingTime(config), async (lifecycle) => {
        const core = await composeCore(config, log, config.simulatedUrl, context.signal)
        lifecycle.onClose('core', () => core.lifecycle.close())
        const { port, processPort } = await composeApi(core)
        log.info({ host: config.host, port, metrics_port: processPort ?? undefined }, 'listening')
        context.report({ port })
      })
    })
  describeUse(command, 'its log, a JSON object a line', [
    ['REDIS_URL=redis://127.0.0.1:6379 PORT=3000 splitrun api', 'an API at port 3000'],
  ])
}

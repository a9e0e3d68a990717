import type { Command } from 'commander'
import { composeSimulatedModel } from '../compose/compose-simulated-model.ts'
import type { CommandContext } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { closingTime, serve } from './serve.ts'

/** `splitrun worker`: a worker process, until it is told to stop. */
export function addWorker(program: Command, context: CommandContext): void {
  const command = program
    .command('worker')
    .summary('a worker process')
    .description(
      'Executes runs in this process. Redis is waited for. The settings are read from the environment; where they name ' +
        'no model, a simulated one is started.',
    )
    .action(async () => {
      const config = context.readConfig()
      const log = context.createLog('worker', config.logLevel, 'stdout')
      const { composeCore } = await import('../compose/compose-core.ts')
      const { composeWorker } = await import('../compose/compose-worker.ts')
      await serve(context, log, closingTime(config), async (lifecycle) => {
        const simulatedUrl = await composeSimulatedModel(config, lifecycle)
        const core = await composeCore(config, log, simulatedUrl, context.signal)
        lifecycle.onClose('core', () => core.lifecycle.close())
        const { processPort } = await composeWorker(core)
        const { concurrency, shards } = config
        log.info({ concurrency, shards, metrics_port: processPort ?? undefined }, 'consuming')
      })
    })
  describeUse(command, 'its log, a JSON object a line', [
    [
      'REDIS_URL=redis://127.0.0.1:6379 OPENAI_API_KEY=sk-... SPLITRUN_MODELS=gpt-5-mini splitrun worker',
      'a worker that asks OpenAI',
    ],
  ])
}

import type { Command } from 'commander'
import { openSimulatedModel } from '../compose/compose-simulated-model.ts'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { closingTime, serve } from './serve.ts'

/** `splitrun simulated-model`: the simulated model alone, until it is told to stop. */
export function addSimulatedModel(program: Command, context: CommandContext): void {
  const command = program
    .command('simulated-model')
    .summary('the simulated model alone')
    .description(
      'Serves the simulated model, which speaks the OpenAI protocol and makes its answers up. The settings that begin ' +
        'with SPLITRUN_SIMULATED_ say how fast it answers and how often it fails.',
    )
    .option('--json', 'print the URL as a JSON object')
    .action(async ({ json = false }: { json?: boolean }) => {
      const config = context.readConfig()
      const log = context.createLog('simulated-model', config.logLevel, 'stderr')
      await serve(context, log, closingTime(config), async (lifecycle) => {
        const url = await openSimulatedModel(config, lifecycle)
        await print(context.stdout, json ? JSON.stringify({ url }) : url)
      })
    })
  describeUse(command, 'its base URL; with --json, {"url": ...}', [
    ['SPLITRUN_SIMULATED_PORT=4000 splitrun simulated-model', 'at a port of your choice'],
    ['SPLITRUN_SIMULATED_LATENCY=2s splitrun simulated-model', 'one that takes its time'],
  ])
}

import type { Command } from 'commander'
import { type CommandContext, print, quietLevel } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { closingTime, serve } from './serve.ts'

/** `splitrun dev`: everything on this machine, with something to try, until it is told to stop. */
export function addDev(program: Command, context: CommandContext): void {
  const command = program
    .command('dev')
    .summary('everything on this machine, with a demo (npm start)')
    .description(
      'Starts the API and a worker as processes that are started again when they die, with an embedded Redis and the ' +
        'simulated model where the settings name none, and a demo project to try. All data is kept for the next start.',
    )
    .option('--json', 'print the ids and tokens of the demo as a JSON object')
    .action(async ({ json = false }: { json?: boolean }) => {
      const config = context.readConfig()
      const log = context.createLog('dev', quietLevel(config), 'stderr')
      const { startDev } = await import('./dev/start-dev.ts')
      const { welcome } = await import('./dev/welcome.ts')
      await serve(context, log, closingTime(config), async (lifecycle) => {
        const demo = await startDev(lifecycle, config, log, context.signal)
        await print(context.stdout, json ? JSON.stringify(demo, null, 2) : welcome(config, demo))
      })
    })
  describeUse(
    command,
    'where it listens, and a call to try; with --json, what dev.json in the data folder holds',
    [
      ['splitrun dev', 'with a simulated model'],
      [
        'OPENAI_BASE_URL=http://127.0.0.1:11434/v1 splitrun dev',
        'with the models of a server that speaks the OpenAI protocol',
      ],
      ['splitrun dev --json', 'for a script'],
    ],
  )
}

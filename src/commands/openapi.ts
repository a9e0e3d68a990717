import type { Command } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'

/** `splitrun openapi`: the OpenAPI document, without a server. */
export function addOpenapi(program: Command, context: CommandContext): void {
  const command = program
    .command('openapi')
    .summary('print the OpenAPI document')
    .description('Prints the OpenAPI document of the API as it is with the settings of the environment.')
    .action(async () => {
      const config = context.readConfig()
      const { declareEndpoints } = await import('../compose/compose-api.ts')
      const { describeApi } = await import('../http/openapi/openapi.ts')
      await print(context.stdout, JSON.stringify(describeApi(declareEndpoints(config), config), null, 2))
    })
  describeUse(command, 'the document, as JSON', [
    ['splitrun openapi > openapi.json', 'a file to generate clients from'],
  ])
}

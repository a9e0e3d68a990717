import { Argument, type Command } from 'commander'
import { readModels } from '../compose/compose-core.ts'
import { composeSimulatedModel } from '../compose/compose-simulated-model.ts'
import { checkModel } from '../models/check/check-model.ts'
import { CHECKS, type ModelCheck } from '../models/check/model-check.ts'
import { createModelRegistry } from '../models/model-registry.ts'
import { Lifecycle } from '../platform/lifecycle.ts'
import { type CommandContext, print, quietLevel } from './command-context.ts'
import { CommandError } from './exit-codes.ts'
import { describeUse } from './help-text.ts'

/** `splitrun models check`: whether the configured models do what the configuration says. */
export function addModels(program: Command, context: CommandContext): void {
  const command = program
    .command('models')
    .summary('try the configured models')
    .description(
      'Tries the configured models with a few small requests each, which cost a few tokens, or an image or a recording: ' +
        'reachable, key, listed, text, schema, vision, pdf, audio, image_output, audio_output, streaming, usage. Says how to ' +
        'mend what fails, and then ends with exit code 1. Needs no Redis.',
    )
    .addArgument(new Argument('<action>', 'what to do with them').choices(['check']))
    .option(
      '--only <name>',
      'id, name or alias of one; may be given several times (default: all that are not retired)',
      collect,
    )
    .option('--json', 'print a JSON object by the names of the models')
    .action(async (_action: string, { only = [], json = false }: { only?: string[]; json?: boolean }) => {
      const config = context.readConfig()
      const lifecycle = new Lifecycle(context.createLog('models', quietLevel(config), 'stderr'))
      try {
        const models = createModelRegistry(readModels(config, await composeSimulatedModel(config, lifecycle)))
        const wanted = only.map((name) => {
          const model = models.find(name)
          if (!model) throw new CommandError(`there is no model ${name}`)
          return model
        })
        const found: Record<string, ModelCheck[]> = {}
        for (const model of wanted.length > 0 ? wanted : models.list({ includeRetired: false })) {
          found[model.name] = await checkModel(model, context.signal)
        }
        await print(context.stdout, json ? JSON.stringify(found, null, 2) : toTable(found))
        const failing = Object.values(found).filter((checks) =>
          checks.some(({ result }) => result === 'failed'),
        )
        if (failing.length > 0) {
          throw new CommandError(
            `${failing.length} of ${Object.keys(found).length} models have something to mend`,
          )
        }
      } finally {
        await lifecycle.close()
      }
    })
  describeUse(command, 'a line for each check of each model, and how to mend what fails', [
    ['splitrun models check', 'all that are not retired'],
    ['splitrun models check --only large --json', 'one, for a script'],
  ])
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

const SIGNS = { ok: 'ok', failed: 'FAILED', skipped: '-' }

function toTable(found: Readonly<Record<string, readonly ModelCheck[]>>): string {
  const width = Math.max(...CHECKS.map((check) => check.length))
  return Object.entries(found)
    .map(([name, checks]) => {
      const lines = checks.map(({ check, result, detail, fix }) => {
        const line = `  ${check.padEnd(width)}  ${SIGNS[result].padEnd(6)}  ${detail}`
        return fix ? `${line}\n  ${' '.repeat(width)}  ${' '.repeat(6)}  -> ${fix}` : line
      })
      return [name, ...lines].join('\n')
    })
    .join('\n\n')
}

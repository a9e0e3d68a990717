import type { Command } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { withCore } from './with-core.ts'

interface ImportOptions {
  readonly project?: string
  readonly replace?: boolean
  readonly openai?: boolean
  readonly model?: string
}

/** `splitrun import`: what an export wrote. */
export function addImport(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .summary('read a file that an export wrote, or prompts saved from OpenAI')
    .description(
      'Imports a file that an export wrote, with the ids in it. Everything is checked before anything is written. ' +
        'With --openai, the file holds prompts as they were saved from OpenAI, and each becomes a task of --project.',
    )
    .argument('<file>', 'the file; - for standard input')
    .option('--project <id>', 'import a file of one project into this one')
    .option('--replace', 'change tasks of the same id that differ here')
    .option('--openai', 'the file holds prompts saved from OpenAI: JSON of one, or of a list')
    .option('--model <name>', 'with --openai: ask this model instead of those in the file')
    .action(async (file: string, { project, replace = false, openai = false, model }: ImportOptions) => {
      if (openai) {
        if (project === undefined)
          return command.error('error: prompts of OpenAI name no project; say by --project into which')
        const { importOpenAiFile } = await import('./transfer/import-openai-file.ts')
        const done = await withCore(context, 'import', (core) =>
          importOpenAiFile(core, { file, stdin: context.stdin, project, model, replace }),
        )
        await print(context.stdout, JSON.stringify(done, null, 2))
        return
      }
      if (model !== undefined) command.error('error: --model goes with --openai only')
      const { importFile } = await import('./transfer/import-file.ts')
      const report = await withCore(context, 'import', (core) =>
        importFile(core, { file, stdin: context.stdin, project: project ?? null, replace }),
      )
      await print(context.stdout, JSON.stringify(report, null, 2))
    })
  describeUse(command, 'what was created, updated and left as it was, as JSON', [
    ['splitrun import all.json', 'the same projects, with the same ids'],
    [
      'splitrun export --project ID | splitrun import --project OTHER --replace -',
      'from one project onto another',
    ],
    ['splitrun import --openai prompts.json --project ID --model gpt-5-mini', 'prompts saved from OpenAI'],
  ])
}

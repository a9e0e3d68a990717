import type { Command } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { withCore } from './with-core.ts'

interface ImportOptions {
  readonly project?: string
  readonly replace?: boolean
}

/** `splitrun import`: what an export wrote. */
export function addImport(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .summary('read a file that an export wrote')
    .description(
      'Imports a file that an export wrote, with the ids in it. Everything is checked before anything is written.',
    )
    .argument('<file>', 'the file; - for standard input')
    .option('--project <id>', 'import a file of one project into this one')
    .option('--replace', 'change tasks of the same id that differ here')
    .action(async (file: string, { project, replace = false }: ImportOptions) => {
      const { importFile } = await import('./transfer/import-file.ts')
      const report = await withCore(context, 'import', (core) =>
        importFile(core, { file, stdin: context.stdin, project: project ?? null, replace }),
      )
      await print(context.stdout, JSON.stringify(report, null, 2))
    })
  describeUse(command, 'what was created, updated and left as it was, as a JSON object', [
    ['splitrun import all.json', 'the same projects, with the same ids'],
    [
      'splitrun export --project ID | splitrun import --project OTHER --replace -',
      'from one project onto another',
    ],
  ])
}

import type { Command } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { withCore } from './with-core.ts'

interface ExportOptions {
  readonly project?: string[]
  readonly task?: string[]
}

/** `splitrun export`: projects with their tasks, as a file on standard output. */
export function addExport(program: Command, context: CommandContext): void {
  const command = program
    .command('export')
    .summary('write projects as a file')
    .description(
      'Writes projects with all their tasks, revisions and tags as one file. Keys and runs are not in it.',
    )
    .option('--project <id>', 'a project; may be given several times (default: all)', collect)
    .option('--task <id>', 'a task of the one project; may be given several times (default: all)', collect)
    .action(async ({ project, task }: ExportOptions) => {
      if (task && project?.length !== 1) command.error('error: --task goes with exactly one --project')
      const { exportText } = await import('./transfer/export-text.ts')
      const text = await withCore(context, 'export', (core) =>
        exportText(core, project ?? null, task ?? null),
      )
      await print(context.stdout, text)
    })
  describeUse(command, 'the file, as JSON', [
    ['splitrun export > all.json', 'everything there is'],
    ['splitrun export --project ID --task ID > task.json', 'one task'],
  ])
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

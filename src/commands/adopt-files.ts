import type { Command } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { describeUse } from './help-text.ts'
import { withCore } from './with-core.ts'

/** `splitrun adopt-files`: has the folder of files and the Redis belong together. */
export function addAdoptFiles(program: Command, context: CommandContext): void {
  const command = program
    .command('adopt-files')
    .summary('say that the files belong to this Redis')
    .description(
      'Has the files (SPLITRUN_DATA_DIR/files, or SPLITRUN_FILES) and the Redis of REDIS_URL belong together, though they ' +
        'were not known to: after the folder was moved, or after Redis lost its data for good. From then on the janitor removes the files of runs that ' +
        'this Redis does not know.',
    )
    .action(async () => {
      await withCore(context, 'adopt-files', ({ fileHome }) => fileHome.adopt())
      await print(context.stdout, 'the files belong to this Redis')
    })
  describeUse(command, 'that it is done', [
    ['REDIS_URL=redis://127.0.0.1:6379 splitrun adopt-files', 'a folder that was moved here'],
  ])
}

import { type Command, InvalidArgumentError } from 'commander'
import { type CommandContext, print, quietLevel } from './command-context.ts'
import { CommandError, EXIT_CODES } from './exit-codes.ts'
import { describeUse } from './help-text.ts'

interface CopyFilesOptions {
  readonly from: string
  readonly to: string
  readonly concurrency: number
  readonly compare?: true
}

/** `splitrun copy-files`: the files of runs from one home to another. */
export function addCopyFiles(program: Command, context: CommandContext): void {
  const command = program
    .command('copy-files')
    .summary('copy the files of runs to another folder or bucket')
    .description(
      'Copies the files of all runs from one place to another: a folder, or s3://bucket/prefix with the settings of object ' +
        'storage. Each file that is written is read again and compared. May be run again after an interruption, and for ' +
        'files that came since; nothing is removed. At the end the copy belongs to the Redis that the original belongs to.',
    )
    .requiredOption('--from <place>', 'where the files are')
    .requiredOption('--to <place>', 'where they are to be')
    .option('--concurrency <n>', 'files that are copied at a time', readConcurrency, 8)
    .option('--compare', 'compare files that are there already by their bytes, and not by their size')
    .action(async (options: CopyFilesOptions) => {
      const { text, isWhole } = await copy(context, options)
      if (!isWhole)
        throw new CommandError(`interrupted: ${text}; run it again to go on`, EXIT_CODES.interrupted)
      await print(context.stdout, text)
    })
  describeUse(command, 'how many files were copied', [
    ['splitrun copy-files --from .splitrun/files --to s3://bucket/splitrun', 'from a folder to a bucket'],
  ])
}

async function copy(
  context: CommandContext,
  { from, to, concurrency, compare }: CopyFilesOptions,
): Promise<{ text: string; isWhole: boolean }> {
  const config = context.readConfig()
  const { openStorageAt } = await import('../compose/compose-file-storage.ts')
  const { copyFiles, CopyRefused } = await import('../files/copy-files.ts')
  const { ApiError } = await import('../platform/errors.ts')
  const log = context.createLog('copy-files', quietLevel(config), 'stderr')
  const source = openStorageAt(from, config, log)
  const target = openStorageAt(to, config, log)
  try {
    const { copied, bytes, present, end } = await copyFiles(source, target, {
      ...{ concurrency, compare: compare === true, signal: context.signal },
    })
    const counted = `copied ${copied} files (${bytes} bytes), ${present} were there`
    const after = end === 'unmarked' ? '; they belong to no Redis yet, see `splitrun adopt-files`' : ''
    return { text: counted + after, isWhole: end !== 'not complete' }
  } catch (error) {
    if (error instanceof CopyRefused)
      throw new CommandError(error.message, EXIT_CODES.failed, { cause: error })
    if (!(error instanceof ApiError)) throw error
    const why = error.cause instanceof Error ? error.cause.message : error.message
    throw new CommandError(why, EXIT_CODES.failed, { cause: error })
  } finally {
    await Promise.all([source.close(), target.close()])
  }
}

function readConcurrency(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 256) return value
  throw new InvalidArgumentError('Expected a whole number from 1 to 256.')
}

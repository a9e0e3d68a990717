import { CommanderError } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { explainFailure } from './explain-failure.ts'
import { createProgram } from './program.ts'
import { problemLabel } from './tell-problem.ts'

/**
 * Runs a command line to its end; one that serves ends when `context.signal` fires. Never rejects.
 * @param args what stands behind the name of the program
 * @returns one of EXIT_CODES, with which the process should end
 */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' })
    return EXIT_CODES.done
  } catch (error) {
    // Commander has said all of it.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usedWrongly
    const { text, exitCode } = await explainFailure(error)
    context.report({ problem: text, exitCode })
    await print(context.stderr, `${problemLabel(context.stderr)} ${text}`)
    return exitCode
  }
}

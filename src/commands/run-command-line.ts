import { type Command, CommanderError } from 'commander'
import { type CommandContext, print } from './command-context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { explainFailure } from './explain-failure.ts'
import { createProgram } from './program.ts'
import { problemLabel } from './tell-problem.ts'

const knows = (program: Command, name: string): boolean =>
  name.startsWith('-') || name === 'help' || program.commands.some((command) => command.name() === name)

/**
 * Runs a command line to its end; one that serves ends when `context.signal` fires. Never rejects.
 * @param args what stands behind the name of the program
 * @returns one of EXIT_CODES, with which the process should end
 */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    const program = createProgram(context)
    // The help of a command that does not exist is refused as the command is.
    const isLost = args[0] === 'help' && args[1] !== undefined && !knows(program, args[1])
    await program.parseAsync(isLost ? args.slice(1) : args, { from: 'user' })
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

import { rmSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { closest, distance } from 'fastest-levenshtein'

/** Done; failed, or something that it states does not hold; used wrongly. An interruption is the supervisor's to say. */
export const DONE = 0
export const FAILED = 1
export const USED_WRONGLY = 2

/** A command of this repository, to be run as `npm run NAME -- ...`. */
export const npmCommand = (name: string): Command =>
  new Command(`npm run ${name} --`)
    .helpOption('--help', 'print this')
    .showHelpAfterError(`\`npm run ${name} -- --help\` lists all options.`)
    .configureHelp({ helpWidth: 110 })

/**
 * Runs a command by this process's arguments, and ends the process: with what `act` resolves with, with 1 when it
 * rejects, with 2 when the arguments are wrong. The process has to be one that `supervise` started, and ends with it.
 */
export async function runCommand<T extends object>(
  command: Command,
  act: (options: T) => Promise<number>,
): Promise<void> {
  endWithSupervisor(command)
  const code = await command
    .exitOverride()
    .parseAsync()
    .then(() => act(command.opts<T>()))
    .catch((error: Error) => {
      // It has said why itself.
      if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USED_WRONGLY
      process.stderr.write(`\n${error.stack}\n`)
      return FAILED
    })
  await new Promise((resolve) => process.stdout.write('', resolve))
  process.exit(code)
}

/** What a supervisor that was killed can no longer do: end all that this process started, and this process. */
function endWithSupervisor(command: Command): void {
  const folder = process.env['SPLITRUN_SUPERVISED_FOLDER']
  if (!folder || !process.connected) {
    command.error(`Start it by \`${command.name().replace(/ --$/, '')}\`.`, { exitCode: USED_WRONGLY })
  }
  process.once('disconnect', () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    } finally {
      process.kill(-process.pid, 'SIGKILL')
    }
  })
  process.channel?.unref()
}

/** Reads an option's value as a number of at least `least`. */
export const atLeast =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && value >= least && Number.isFinite(value)) return value
    throw new InvalidArgumentError(`It has to be a number of at least ${least}.`)
  }

/** The same for a whole number. */
export const wholeAtLeast =
  (least: number) =>
  (text: string): number => {
    const value = atLeast(least)(text)
    if (Number.isSafeInteger(value)) return value
    throw new InvalidArgumentError('It has to be a whole number.')
  }

/** Reads an option's value as names with commas between them, each of which is known; without repetitions. */
export const namesOf =
  (known: readonly string[]) =>
  (text: string): string[] => {
    const names = text.split(',').map((name) => name.trim())
    for (const name of names) {
      if (known.includes(name)) continue
      const near = closest(name, known)
      const hint = distance(name, near) <= 3 ? ` Did you mean ${near}?` : ''
      throw new InvalidArgumentError(
        `There is no ${name || 'empty name'}.${hint} There are: ${known.join(', ')}.`,
      )
    }
    return [...new Set(names)]
  }

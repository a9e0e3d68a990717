import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { addAdoptFiles } from './adopt-files.ts'
import { addApi } from './api.ts'
import { type CommandContext, hasColors } from './command-context.ts'
import { addCompletion } from './completion/completion.ts'
import { addCopyFiles } from './copy-files.ts'
import { addDev } from './dev.ts'
import { addExport } from './export.ts'
import { styleTitle } from './help-text.ts'
import { addImport } from './import.ts'
import { addModels } from './models.ts'
import { addOpenapi } from './openapi.ts'
import { addSimulatedModel } from './simulated-model.ts'
import { problemLabel } from './tell-problem.ts'
import { addToken } from './token.ts'
import { addWorker } from './worker.ts'

const COMMANDS = [
  addDev,
  addApi,
  addWorker,
  addSimulatedModel,
  addModels,
  addOpenapi,
  addExport,
  addImport,
  addToken,
  addAdoptFiles,
  addCopyFiles,
  addCompletion,
]

/** Columns of a help that is not written to a terminal. */
const USUAL_WIDTH = 100

/**
 * The whole command line. Help and version go to standard output; what is wrong with a command line goes to standard
 * error, with the nearest name that exists. Never ends the process: it throws commander's error instead.
 */
export function createProgram(context: CommandContext): Command {
  const { stdout, stderr } = context
  const program = new Command('splitrun')
    .description('Turns prompts into APIs.')
    .usage('COMMAND [options]')
    .version(packageJson.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureHelp({ styleTitle })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
      getOutHasColors: () => hasColors(stdout),
      getErrHasColors: () => hasColors(stderr),
      outputError: (text, write) => write(text.replace(/^error: /, `${problemLabel(stderr)} `)),
    })
  for (const add of COMMANDS) add(program, context)
  for (const command of program.commands) {
    command.showHelpAfterError(`Try: splitrun ${command.name()} --help`)
  }
  return program
    .showHelpAfterError('Try: splitrun --help')
    .addHelpText(
      'after',
      '\nSettings are read from the environment. For more about a command: splitrun COMMAND --help',
    )
}

const widthOf = (stream: object): number =>
  'columns' in stream && typeof stream.columns === 'number' ? stream.columns : USUAL_WIDTH

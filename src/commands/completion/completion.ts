import { Argument, type Command } from 'commander'
import { type CommandContext, print } from '../command-context.ts'
import { describeUse } from '../help-text.ts'
import { COMPLETION_SCRIPTS, type Shell } from './completion-scripts.ts'

/** `splitrun completion`: a script by which a shell completes this command line. */
export function addCompletion(program: Command, context: CommandContext): void {
  const command = program
    .command('completion')
    .summary('print a script that completes this command line')
    .description('Prints a script by which a shell completes commands, options and file names of splitrun.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action(async (shell: Shell) => {
      await print(context.stdout, COMPLETION_SCRIPTS[shell](program))
    })
  describeUse(command, 'the script', [
    ['source <(splitrun completion bash)', 'in ~/.bashrc'],
    ['source <(splitrun completion zsh)', 'in ~/.zshrc, after compinit'],
    ['splitrun completion fish | source', 'in ~/.config/fish/config.fish'],
  ])
}

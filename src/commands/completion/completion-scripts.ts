import type { Command } from 'commander'

/**
 * Scripts that are complete in themselves. The packages that do this start the program at each press of the key, which
 * takes longer than anybody waits, and never offer file names.
 */
export const COMPLETION_SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
export type Shell = keyof typeof COMPLETION_SCRIPTS

/** What can be completed behind the name of a command, or of the program. */
interface Completable {
  readonly name: string
  readonly summary: string
  readonly options: readonly { flags: string[]; takesValue: boolean; description: string }[]
  /** What the first argument is one of; empty where there is none, or where it is a file. */
  readonly choices: readonly string[]
  readonly takesFile: boolean
}

function describe(command: Command, program: Command): Completable {
  const [argument] = command.registeredArguments
  const names = command.name() === 'help' ? program.commands.map((each) => each.name()) : []
  const choices = argument?.argChoices ?? names
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(({ short, long, required, description }) => ({
        flags: [short, long].filter((flag) => flag !== undefined),
        takesValue: required,
        description,
      })),
    choices,
    takesFile: argument !== undefined && choices.length === 0,
  }
}

const commandsOf = (program: Command): Completable[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .map((command) => describe(command, program))

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

function bashScript(program: Command): string {
  const flagsOf = ({ options }: Completable) => options.flatMap(({ flags }) => flags)
  const commands = commandsOf(program)
  const first = [...commands.map(({ name }) => name), ...flagsOf(describe(program, program))]
  const cases = commands.map((command) => {
    return `    *:${command.name}) words=${quote([...command.choices, ...flagsOf(command)].join(' '))} ;;`
  })
  return `_splitrun() {
  local words=
  case "$COMP_CWORD:\${COMP_WORDS[1]}" in
    1:*) words=${quote(first.join(' '))} ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
# Where none of these words fits, names of files do.
complete -o default -F _splitrun splitrun`
}

function zshScript(program: Command): string {
  const commands = commandsOf(program)
  const summaries = commands.map(({ name, summary }) => quote(`${name}:${summary.replaceAll(':', '\\:')}`))
  const cases = commands.map(({ name, options, choices, takesFile }) => {
    const specs = options.flatMap(({ flags, takesValue, description }) => {
      const text = description.replaceAll(/[[\]:\\]/g, '\\$&')
      return flags.map((flag) => quote(`*${flag}[${text}]${takesValue ? ':value:' : ''}`))
    })
    if (takesFile) specs.push(quote('1:file:_files'))
    if (choices.length > 0) specs.push(quote(`1:argument:(${choices.join(' ')})`))
    return `    ${name}) _arguments ${specs.join(' ')} ;;`
  })
  return `#compdef splitrun
_splitrun() {
  if (( CURRENT == 2 )); then
    local -a commands=(${summaries.join(' ')})
    _describe command commands
    return
  fi
  shift words
  (( CURRENT -= 1 ))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _splitrun splitrun`
}

function fishScript(program: Command): string {
  const optionLines = (when: string, { options }: Completable) =>
    options.map(({ flags, takesValue, description }) => {
      const names = flags.map((flag) => flag.replace(/^--/, '-l ').replace(/^-(?=\w$)/, '-s ')).join(' ')
      return `complete -c splitrun -n ${when} ${names}${takesValue ? ' -x' : ''} -d ${quote(description)}`
    })
  const first = '__fish_use_subcommand'
  const lines = commandsOf(program).flatMap((command) => {
    const { name, summary, choices, takesFile } = command
    const when = quote(`__fish_seen_subcommand_from ${name}`)
    return [
      `complete -c splitrun -n ${first} -a ${name} -d ${quote(summary)}`,
      ...optionLines(when, command),
      ...(takesFile ? [`complete -c splitrun -n ${when} -F`] : []),
      ...(choices.length > 0 ? [`complete -c splitrun -n ${when} -a ${quote(choices.join(' '))}`] : []),
    ]
  })
  return ['complete -c splitrun -f', ...optionLines(first, describe(program, program)), ...lines].join('\n')
}

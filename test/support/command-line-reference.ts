import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EXIT_CODES, EXIT_MEANINGS } from '../../src/commands/exit-codes.ts'
import { commandNames, runHere } from './command-line.ts'

const FILE = join(import.meta.dirname, '../../docs/reference/command-line.md')

const INTRODUCTION = `# The command line

<!-- Made of the commands' own help by \`npm run docs\`; change it there. -->

In a checkout, \`npm run -s splitrun -- COMMAND\` runs a command. Settings are read from the environment.

What was asked for goes to standard output, everything else to standard error. \`api\` and \`worker\` write their log to
standard output: it is what they have to say. A reader of standard output that stops reading, as \`head\` does, ends the
command with 0. Colours are used on a terminal only, and not where \`NO_COLOR\` is set. Ctrl-C or SIGTERM ends a process
that serves once it has finished or given back its work; a second Ctrl-C ends it at once.
`

/** The reference as it should be, and as it is. */
export async function commandLineReference(): Promise<{ current: string | null; wanted: string }> {
  const codes = Object.entries(EXIT_MEANINGS).map(([name, meaning]) => {
    return `| ${EXIT_CODES[name as keyof typeof EXIT_CODES]} | ${meaning} |`
  })
  const helps = await Promise.all(
    ['', ...commandNames()].map(async (name) => {
      const { stdout } = await runHere([...(name ? [name] : []), '--help'])
      return `## \`splitrun${name && ` ${name}`}\`\n\n\`\`\`text\n${stdout.trim()}\n\`\`\`\n`
    }),
  )
  const table = ['## Exit codes', '', '| code | meaning |', '|---|---|', ...codes, ''].join('\n')
  return { current: read(), wanted: [INTRODUCTION, table, ...helps].join('\n') }
}

function read(): string | null {
  try {
    return readFileSync(FILE, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  mkdirSync(dirname(FILE), { recursive: true })
  writeFileSync(FILE, (await commandLineReference()).wanted)
}

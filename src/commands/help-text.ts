import { styleText } from 'node:util'
import type { Command } from 'commander'

/** A command line that can be copied, and what it does. */
export type Example = readonly [line: string, meaning: string]

/** The title of a part of a help; commander takes the style out again where there are no colours. */
export const styleTitle = (title: string): string => styleText('bold', title, { validateStream: false })

/** Says at the end of a command's help what it prints and how it is used. */
export function describeUse(command: Command, output: string, examples: readonly Example[]): void {
  const lines = examples.map(([line, meaning]) => `  # ${meaning}\n  ${line}`)
  command.addHelpText(
    'after',
    () => `\n${styleTitle('Standard output:')} ${output}\n\n${styleTitle('Examples:')}\n${lines.join('\n')}`,
  )
}

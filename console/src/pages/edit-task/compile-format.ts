import { checkFormat } from '../../../../src/output/check-format.ts'
import { compileOutput } from '../../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../../src/output/output-format.ts'

/** The server's own defaults; one that allows less refuses when it is saved. */
const LIMITS = { maxDepth: 10, maxKeys: 500 }

export type Compiled =
  | { readonly schema: unknown; readonly problems?: never }
  | { readonly problems: readonly string[]; readonly schema?: never }

/** What the server makes of an output_format, by the server's own code: the schema that the model gets, or what is wrong. */
export function compileFormat(text: string): Compiled {
  let format: unknown
  try {
    format = JSON.parse(text)
  } catch (error) {
    return { problems: [(error as Error).message] }
  }
  const problems: string[] = []
  checkFormat(format, LIMITS, (path, message) =>
    problems.push(`${path.join('.') || 'the format'}: ${message}`),
  )
  return problems.length > 0 ? { problems } : { schema: compileOutput(format as OutputFormat).jsonSchema }
}

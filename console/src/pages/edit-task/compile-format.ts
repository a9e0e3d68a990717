import { checkFormat } from '../../../../src/output/check-format.ts'
import type { OutputFormat } from '../../../../src/output/output-format.ts'
import { tableOf } from '../../../../src/output/table/table-format.ts'
import { compileResponse, type OutputModality } from '../../../../src/tasks/output-modality.ts'

/** The server's own defaults; one that allows less refuses when it is saved. */
const LIMITS = { maxDepth: 10, maxKeys: 500 }

export type Compiled =
  | {
      readonly schema: unknown
      /** The first line of the table; null where the answer is none. */
      readonly heading: string | null
      readonly problems?: never
    }
  | { readonly problems: readonly string[]; readonly schema?: never }

/**
 * What the server makes of an output_format, by the server's own code: the schema that the model gets, or what is wrong. Null
 * for no format where none is needed.
 */
export function compileFormat(text: string, modality: OutputModality): Compiled | null {
  const isTable = modality === 'csv'
  if (isTable && text.trim() === '') return null
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
  if (problems.length > 0) return { problems }
  const checked = format as OutputFormat
  return {
    schema: compileResponse(modality, checked)?.jsonSchema,
    heading: isTable ? tableOf(checked, { rows: [] }).trimEnd() : null,
  }
}

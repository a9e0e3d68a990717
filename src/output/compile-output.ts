import { checkOutput, type OutputCheck } from './check-output.ts'
import type { OutputFormat } from './output-format.ts'
import { type JsonSchema, jsonSchemaOf } from './output-schema.ts'
import { shapeOf } from './output-shape.ts'

export interface CompiledOutput {
  /** Fit for OpenAI's strict mode: root object, every key required, optional as nullable, no other keys. */
  readonly jsonSchema: JsonSchema
  /**
   * Whether `value` is an answer in the asked shape. An accepted value is a new object with exactly the
   * format's keys in the format's order, and it satisfies `jsonSchema`. Whatever `jsonSchema` accepts is
   * accepted unchanged, with one exception: an integer must be a safe one.
   *
   * Beyond that only what cannot be misread is put right, and reported as `coerced`:
   * - keys that the format does not have are dropped; an absent optional key becomes null;
   * - a string that spells a number as JavaScript prints it ("42", "-1.5", not "042", "1,000" or "5 kg") is
   *   taken as the number, and "true" or "false" in any case as the boolean;
   * - a string that is one of the options but for case and spacing becomes that option, unless two options
   *   differ only in those.
   * A number is never taken as a string, a single value never as a list, and null never as a value.
   * At most `MAX_ISSUES` issues are reported.
   */
  check(value: unknown): OutputCheck
}

/**
 * Compiles a format that `outputFormatSchema` has accepted: schema and check come from one resolved shape,
 * so they cannot differ. Worth keeping with the revision; neither part holds any state.
 * @throws {TypeError} for a format that the schema would have refused and that has no shape.
 */
export function compileOutput(format: OutputFormat): CompiledOutput {
  const shape = shapeOf(format)
  return {
    jsonSchema: jsonSchemaOf(shape),
    check: (value) => checkOutput(shape, value),
  }
}

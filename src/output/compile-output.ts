import { checkOutput, type OutputCheck } from './check-output.ts'
import type { OutputFormat } from './output-format.ts'
import { type JsonSchema, jsonSchemaOf } from './output-schema.ts'
import { shapeOf } from './output-shape.ts'

export interface CompiledOutput {
  /** For OpenAI's strict mode: an object, every key required, optional keys nullable, no other keys. */
  readonly jsonSchema: JsonSchema
  /**
   * Checks that `value` has the shape of the format. An accepted value is a new object with exactly the keys of the
   * format, in their order, and matches `jsonSchema`. Every value that matches `jsonSchema` is accepted unchanged, with
   * one exception: an integer must be a safe one.
   *
   * Other values are corrected only where there is no doubt, and then reported as `coerced`:
   * - keys that the format does not have are dropped; an absent optional key becomes null;
   * - a string with a number as JavaScript prints it ("42", "-1.5", not "042", "1,000" or "5 kg") becomes the number, and
   *   "true" or "false", in upper or lower case, becomes the boolean;
   * - a string that differs from an option only in case and spacing becomes that option, unless two options differ only
   *   in these.
   * An object that is not empty and has no key of the format is refused, on every level, and so is an optional key that
   * is there in another spelling only.
   * A number never becomes a string, a single value never a list, and null never a value.
   * At most `MAX_ISSUES` issues are reported.
   */
  check(value: unknown): OutputCheck
  /** Whether `value` is an object with at least one key of the format. */
  sharesKey(value: unknown): boolean
}

/**
 * Compiles a format that `outputFormatSchema` has accepted. Schema and check come from one resolved shape, so they cannot
 * differ. The result has no state, and can be cached with the revision.
 * @throws {TypeError} for a format that the schema would have refused and that has no shape
 */
export function compileOutput(format: OutputFormat): CompiledOutput {
  const shape = shapeOf(format)
  return {
    jsonSchema: jsonSchemaOf(shape),
    check: (value) => checkOutput(shape, value),
    sharesKey: (value) =>
      typeof value === 'object' && value !== null && Object.keys(value).some((key) => shape.fields.has(key)),
  }
}

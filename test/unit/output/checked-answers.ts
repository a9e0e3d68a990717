import assert from 'node:assert/strict'
import { compileOutput } from '../../../src/output/compile-output.ts'
import type { OutputFormat } from '../../../src/output/output-format.ts'

export function accepted(format: OutputFormat, answer: unknown): { value: unknown; coerced: boolean } {
  const checked = compileOutput(format).check(answer)
  assert.ok(checked.ok, `refused: ${JSON.stringify(checked)}`)
  return { value: checked.value, coerced: checked.coerced }
}

export function assertUnchanged(format: OutputFormat, answer: unknown): void {
  assert.deepEqual(accepted(format, answer), { value: answer, coerced: false })
}

export function assertCoerced(format: OutputFormat, answer: unknown, value: unknown): void {
  assert.deepEqual(accepted(format, answer), { value, coerced: true })
}

export function assertRefused(
  format: OutputFormat,
  answer: unknown,
  ...issues: [path: string, message: string][]
): void {
  assert.deepEqual(compileOutput(format).check(answer), {
    ok: false,
    issues: issues.map(([path, message]) => ({ path, message })),
  })
}

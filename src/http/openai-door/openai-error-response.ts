import { z } from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import type { Reason } from '../../platform/errors.ts'
import { shownId } from '../../platform/id-schema.ts'
import { ERROR_TYPES } from './openai-error.ts'

/** On every error of the door. */
const retryHint = z.enum(['true', 'false']).meta({
  description: 'Whether the same call may succeed later; OpenAI’s SDKs respect it.',
  header: { id: 'x-should-retry' },
})

/**
 * Errors of one status in OpenAI's shape.
 * @param headers those of the operation and of the status
 * @param meanings what each reason means
 */
export function openAiErrorResponse(
  status: number,
  errorCodes: readonly Reason[],
  headers: Readonly<Record<string, z.ZodType>>,
  meanings: Readonly<Record<Reason, string>>,
): ZodOpenApiResponseObject {
  const error = z.object({
    message: z.string().meta({ description: 'For a person.' }),
    type: z.enum(ERROR_TYPES),
    param: z.string().nullable().meta({ description: 'The member that is wrong.' }),
    code: z.string().meta({ description: 'OpenAI’s word where it has one, else the reason in lower case.' }),
    reason: z
      .enum(errorCodes)
      .optional()
      .meta({ description: 'Branch on this; absent where a member is wrong.' }),
    run_id: shownId.optional().meta({ description: 'Where there is a run.' }),
  })
  const wrong = status === 400 ? ['- a member that is wrong, or that a task cannot act on'] : []
  return {
    description: [...wrong, ...errorCodes.map((reason) => `- \`${reason}\`: ${meanings[reason]}`)].join('\n'),
    headers: z.object({ ...headers, 'x-should-retry': retryHint }),
    content: { 'application/json': { schema: z.object({ error }) } },
  }
}

import type { ZodOpenApiResponsesObject } from 'zod-openapi'
import type { Reason } from '../../platform/errors.ts'
import { statusAtDoor } from '../openai-door/openai-error.ts'
import { openAiErrorResponse } from '../openai-door/openai-error-response.ts'
import type { Endpoint } from '../route.ts'
import { commonHeaders, headersOfStatus } from './openapi-errors.ts'
import { errorCodesByStatus, MEANINGS } from './reasons.ts'

/** The errors of an endpoint of OpenAI's clients: the same reasons, in another shape and partly with another status. */
export function doorErrors(declared: Endpoint): ZodOpenApiResponsesObject {
  const reasons = [...errorCodesByStatus(declared).values()].flatMap(({ errorCodes }) => errorCodes)
  const byStatus = Map.groupBy(reasons, statusAtDoor)
  const own = declared.responseHeaders?.partial().shape
  const responses = [...byStatus].map(([status, errorCodes]: [number, Reason[]]) => {
    const headers = { ...commonHeaders, ...headersOfStatus(status), ...own }
    return [`${status}`, openAiErrorResponse(status, errorCodes, headers, MEANINGS)] as const
  })
  return Object.fromEntries(responses)
}

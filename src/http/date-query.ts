import { z } from 'zod'
import { sharedNow } from '../platform/clock.ts'
import { type DateSpan, dateProblem, readDateSpan } from '../platform/date-span.ts'

/** A date in a query: `2026-11-24`, `yesterday`, `7 days ago`, `now`, ...; all of them stand at `readDateSpan`. */
export const dateQuery = z
  .string()
  .max(100)
  .transform((text, context): DateSpan => {
    const span = readDateSpan(text, sharedNow())
    if (span) return span
    context.issues.push({ code: 'custom', input: text, message: dateProblem(text) })
    return z.NEVER
  })
  .meta({ examples: ['2026-11-24', 'yesterday', '7 days ago', 'last month', '2026-11-24T10:00:00Z'] })

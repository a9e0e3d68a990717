import type { Response } from 'express'
import { z } from 'zod'
import { lookalikesIn } from '../../tasks/prompts/lookalikes.ts'
import type { Revision } from '../../tasks/task.ts'
import { headerList } from './header-list.ts'

/** On the answer to a call that made a revision: what was found in its prompts. */
export const promptHeaders = z.object({
  'x-prompt-parameters': z
    .string()
    .optional()
    .meta({
      description: 'The parameters that were found in the prompts of the revision that was made.',
      examples: ['company, text'],
    }),
  'x-prompt-warnings': z
    .string()
    .optional()
    .meta({
      description: 'What looks like a placeholder in these prompts and is text. Absent where nothing does.',
      examples: ['{{user.name}}, { text }'],
    }),
})

export function setPromptHeaders(response: Response, revision: Revision | undefined): void {
  if (!revision) return
  response.setHeader('x-prompt-parameters', headerList(revision.input_params))
  const lookalikes = lookalikesIn(revision.system_prompt, revision.user_prompt)
  if (lookalikes.length > 0) response.setHeader('x-prompt-warnings', headerList(lookalikes))
}

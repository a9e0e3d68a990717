import type { Revision, Run } from '@splitrun/client'
import { readPrompt, renderPrompt } from '../../../../src/tasks/prompts/prompt.ts'

/** The prompts as they went to the model: made here of the revision and the inputs, by the server's own code. */
export function PromptsSent({ revision, run }: { revision: Revision; run: Run }) {
  const parameters = new Set(revision.input_params)
  const rendered = (text: string) => renderPrompt(readPrompt(text, parameters), run.run_data.submitted)
  return (
    <details className="section">
      <summary>Prompts, with the inputs in their places</summary>
      <h3>System prompt</h3>
      <pre>{rendered(revision.system_prompt)}</pre>
      <h3>User prompt</h3>
      <pre>{rendered(revision.user_prompt)}</pre>
    </details>
  )
}

import { readFile } from 'node:fs/promises'
import type { Logger } from '../../platform/logger.ts'
import type { Demo } from './demo.ts'

/** What its runs bear, so that nobody takes them for somebody's. */
const REFERENCE = 'simulated demo history'

const REVIEWS = [
  'I love this, it is great!',
  'The parcel came late and the box was open.',
  'It does what it says. No more, no less.',
  'Best purchase of the year, my whole family uses it.',
  'The app crashes whenever I open the second page.',
  'Support answered within minutes, thank you!',
  'Too expensive for what it is.',
  'Works. Would have liked it in blue.',
  'I have returned it twice now.',
]
const STORY = {
  audience: 'children',
  language: 'English',
  sentences: 2,
  text: 'A lighthouse keeper finds a letter in a bottle, answers it, and waits for a year.',
}

/**
 * Some runs for a demo that was just made, so that no page of the console is empty: of both revisions, one that fails,
 * one with an image. Only for the simulated model, which costs nothing. What goes wrong is logged, and stops nothing.
 */
export async function makeHistory(demo: Demo, log: Logger): Promise<void> {
  const project = `${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}`
  const headers = { authorization: `Bearer ${demo.token}` }

  async function run(task: string, fields: Record<string, unknown>, photo?: Blob, query = ''): Promise<void> {
    const form = new FormData()
    for (const [name, value] of Object.entries({ reference: REFERENCE, ...fields })) {
      form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (photo) form.append('task_file', photo, 'photo.png')
    const response = await fetch(`${project}/task/${task}/run${query}`, {
      method: 'POST',
      headers,
      body: form,
    })
    await response.text()
  }
  try {
    const { sentiment, summary, photo } = demo.tasks
    const answer = await fetch(`${project}/task/${sentiment}`, { headers })
    const { active_revisions } = (await answer.json()) as { active_revisions: { task_revision_id: string }[] }
    const runs = REVIEWS.map((text, at) => {
      const revision = active_revisions[at % active_revisions.length]?.task_revision_id
      return run(sentiment, { task_input: { text } }, undefined, `?revision_id=${revision}`)
    })
    // Its answer has no room, and a cut answer is a failure.
    runs.push(run(sentiment, { task_input: { text: 'A very long story.' }, llm_config: { max_tokens: 1 } }))
    runs.push(run(summary, { task_input: STORY }))
    if (photo) {
      const bytes = await readFile(new URL('./demo-photo.png', import.meta.url))
      runs.push(run(photo, { task_input: {} }, new Blob([bytes], { type: 'image/png' })))
    }
    await Promise.all(runs)
  } catch (error) {
    log.warn({ err: error }, 'the demo has no history')
  }
}

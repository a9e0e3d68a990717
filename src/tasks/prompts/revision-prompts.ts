import type { Revision } from '../task.ts'
import { type Prompt, readPrompt } from './prompt.ts'

interface RevisionPrompts {
  readonly system: Prompt
  readonly user: Prompt
}

/** Revisions never change, and are kept in a cache of their own. */
const read = new WeakMap<Revision, RevisionPrompts>()

/**
 * The prompts of a revision, read once. Placeholders are the parameters that were found when the revision was made, so
 * that it renders the same after the rules have learnt another spelling.
 */
export function promptsOf(revision: Revision): RevisionPrompts {
  const known = read.get(revision)
  if (known) return known
  const parameters = new Set(revision.input_params)
  const prompts = {
    system: readPrompt(revision.system_prompt, parameters),
    user: readPrompt(revision.user_prompt, parameters),
  }
  read.set(revision, prompts)
  return prompts
}

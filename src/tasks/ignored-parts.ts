import { readUse } from '../inputs/processor.ts'
import type { Revision } from './task.ts'

/** Members that may name a processor, most telling first. */
const NAMES = [
  'input_processor',
  'name',
  'type',
  'input_processor_type',
  'input_processor_id',
  'id',
  'param_name',
]
const LONGEST_NAME = 60

/**
 * The parts of a revision that should change what its model is asked, and that nothing here acts on: a run without them
 * would have a wrong response and look right. Empty for nearly all revisions.
 */
export function ignoredParts(
  revision: Pick<Revision, 'input_processors' | 'rag'>,
  { serves }: { serves(processor: string): boolean },
): string[] {
  const processors = (revision.input_processors ?? [])
    .filter((each) => !serves(readUse(each)?.processor ?? ''))
    .map((each) => `the input processor ${nameOf(each)}`)
  const retrieval = Object.keys(revision.rag ?? {}).length > 0 ? ['retrieval (rag)'] : []
  return [...processors, ...retrieval]
}

/** For callers and for the run's error, alike. */
export function describeIgnored(parts: readonly string[]): string {
  const more = parts.length > MOST_NAMED ? `, and ${parts.length - MOST_NAMED} more` : ''
  const named = parts.slice(0, MOST_NAMED).join(', ')
  return `The revision has what this server does not act on yet, and its answers would be wrong without: ${named}${more}.`
}

const MOST_NAMED = 5

function nameOf(processor: unknown): string {
  const members = typeof processor === 'object' && processor !== null ? Object.entries(processor) : []
  const named = NAMES.map((name) => members.find(([member]) => member === name)?.[1])
  const name = [processor, ...named].find((each) => typeof each === 'string' && each !== '')
  return (typeof name === 'string' ? name : (JSON.stringify(processor) ?? 'null')).slice(0, LONGEST_NAME)
}

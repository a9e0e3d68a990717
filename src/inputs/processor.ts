import { z } from 'zod'
import { toldIssues } from '../platform/told-issues.ts'

/** What a processor gives where it fails; without one the run fails. */
const fallbackText = z.string().max(100_000).nullish().meta({
  description: 'Goes into the prompt where the processor gives nothing. Without it the run fails.',
})

/** The processors that are part of this server, by their names in `input_processors`. */
export const BUILT_IN = {
  document_content_extractor: {
    description: 'Puts the text of a document that was sent with the run in the place of a parameter.',
    config: z.strictObject({
      filename: z
        .string()
        .min(1)
        .max(255)
        .nullish()
        .meta({
          description:
            'What the document is called as it is sent, letter case aside. Where one document is sent, and one processor ' +
            'takes documents, it is taken whatever its name.',
        }),
      strategy: z.enum(['auto', 'fast', 'hi_res']).nullish().meta({
        description: 'The text of the document itself is read in any case; there is no OCR.',
      }),
      extract_text: z.boolean().nullish().meta({
        description:
          'The text of the document, as Markdown (default); `false`: a text, table or page as it came.',
      }),
      fallback_text: fallbackText,
    }),
  },
  url_fetcher: {
    description: 'Puts what is at a URL in the place of the parameter that holds the URL.',
    config: z.strictObject({
      extract_text: z.boolean().nullish().meta({
        description: 'What the page says, as Markdown (default); `false`: the page as it came.',
      }),
      fallback_text: fallbackText,
    }),
  },
} as const

export type BuiltIn = keyof typeof BUILT_IN
export const isBuiltIn = (name: string): name is BuiltIn => Object.hasOwn(BUILT_IN, name)

/** One entry of a revision's `input_processors`. */
export interface ProcessorUse {
  /** Holds what it works on, and gets what it gives. */
  readonly param: string
  readonly processor: string
  readonly config: Readonly<Record<string, unknown>>
}

/** An entry that says what it means; null for any other, which is kept and not acted on. */
export function readUse(entry: unknown): ProcessorUse | null {
  if (typeof entry !== 'object' || entry === null) return null
  const { param_name: param, input_processor: processor, config } = entry as Record<string, unknown>
  if (typeof param !== 'string' || typeof processor !== 'string') return null
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config)
  if (!isObject && config !== undefined && config !== null) return null
  return { param, processor, config: isObject ? (config as Record<string, unknown>) : {} }
}

const NONE: readonly ProcessorUse[] = []

/** The processors of a revision that say what they mean, in their order. */
export function usesOf({
  input_processors,
}: {
  input_processors: readonly unknown[] | null
}): readonly ProcessorUse[] {
  if (!input_processors?.length) return NONE
  return input_processors.map(readUse).filter((use) => use !== null)
}

export const takesDocument = ({ processor }: ProcessorUse): boolean =>
  processor === 'document_content_extractor'

/** What stands in for a result; null where a failure fails the run. */
export function fallbackOf({ config }: ProcessorUse): string | null {
  const text = config['fallback_text']
  return typeof text === 'string' ? text : null
}

/** What is wrong with processors of our own, by their places in the list. Those of others are not ours to check. */
export function processorProblems(
  entries: readonly unknown[] | null,
  parameters: readonly string[],
): { readonly path: readonly (string | number)[]; readonly message: string }[] {
  return (entries ?? []).flatMap((entry, at) => {
    const named = (entry as { input_processor?: unknown } | null)?.input_processor
    if (typeof named !== 'string' || !isBuiltIn(named)) return []
    const use = readUse(entry)
    if (!use)
      return [{ path: [at], message: 'expected param_name, input_processor and, as an object, config' }]
    if (!parameters.includes(use.param)) {
      return [{ path: [at, 'param_name'], message: 'the prompts have no such parameter' }]
    }
    const { error } = BUILT_IN[named].config.safeParse(use.config)
    return toldIssues(error?.issues ?? []).map(({ path, message }) => ({
      path: [at, 'config', ...path.map((step) => (typeof step === 'symbol' ? String(step) : step))],
      message,
    }))
  })
}

import { z } from 'zod'

const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.object({ url: z.string().regex(/^(data:image\/[a-z]+;base64,|https?:\/\/)/) }),
})
const filePart = z.object({
  type: z.literal('file'),
  file: z.object({ filename: z.string(), file_data: z.string().regex(/^data:application\/pdf;base64,/) }),
})
const audioPart = z.object({
  type: z.literal('input_audio'),
  input_audio: z.object({ data: z.base64(), format: z.enum(['mp3', 'wav']) }),
})
const textPart = z.object({ type: z.literal('text'), text: z.string() })
/** A chat completions call: the members that the simulated model uses. */
export const callSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.union([z.string(), z.array(z.union([textPart, imagePart, filePart, audioPart]))]),
      }),
    )
    .min(1),
  response_format: z
    .object({
      type: z.string(),
      json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }).optional(),
    })
    .optional(),
  max_tokens: z.int().positive().optional(),
  seed: z.int().optional(),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
  modalities: z.array(z.enum(['text', 'image', 'audio'])).optional(),
  audio: z.object({ voice: z.string().min(1), format: z.enum(['mp3', 'wav']) }).optional(),
})
export type Call = z.infer<typeof callSchema>

/** The messages of a call. */
export interface Prompt {
  /** All texts and image URLs, on which the completion depends. */
  readonly prompt: string
  readonly text: string
  readonly images: number
  /**
   * The NAME of `[mark:NAME]` in the texts, or null. Calls are counted by mark: a test that puts marks into the inputs of
   * runs can compare their attempts with the calls that were made.
   */
  readonly mark: string | null
}

export function readPrompt(call: Call): Prompt {
  const all = call.messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text', text: content } as const] : content,
  )
  const text = all.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
  return {
    prompt: all.map(saidBy).join('\n'),
    text,
    images: all.filter((part) => part.type === 'image_url').length,
    mark: markIn(text),
  }
}

/** See `Prompt.mark`. */
export const markIn = (text: string): string | null => /\[mark:([\w.-]{1,64})\]/.exec(text)?.[1] ?? null

type Part = Exclude<Call['messages'][number]['content'], string>[number]

function saidBy(part: Part): string {
  if (part.type === 'text') return part.text
  if (part.type === 'image_url') return part.image_url.url
  return part.type === 'file' ? part.file.file_data : part.input_audio.data
}

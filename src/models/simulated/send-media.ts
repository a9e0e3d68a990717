import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { sendJson } from './send-json.ts'
import { simulatedImage, simulatedSound } from './simulated-media.ts'

/** Calls of the two endpoints that make files. */
export const MEDIA_CALLS = {
  '/images/generations': z.object({
    model: z.string(),
    prompt: z.string().min(1),
    n: z.literal(1).optional(),
    response_format: z.literal('b64_json').optional(),
  }),
  '/audio/speech': z.object({
    model: z.string(),
    input: z.string().min(1).max(4096),
    voice: z.string().min(1),
    instructions: z.string().optional(),
    response_format: z.enum(['mp3', 'wav']).default('mp3'),
  }),
} as const

export type MediaPath = keyof typeof MEDIA_CALLS
export const isMediaPath = (path: string): path is MediaPath => Object.hasOwn(MEDIA_CALLS, path)
export type MediaCall = z.output<(typeof MEDIA_CALLS)[MediaPath]>

/** What a call is about, for its mark. */
export const textOfCall = (call: MediaCall): string => ('prompt' in call ? call.prompt : call.input)

/** Sends a made-up file. `broken`: something that is none. */
export function sendMedia(response: ServerResponse, call: MediaCall, broken: boolean): void {
  const text = textOfCall(call)
  if ('prompt' in call) {
    const data = broken ? Buffer.from('no image') : simulatedImage(text)
    const usage = { input_tokens: Math.ceil(text.length / 4), output_tokens: 272 }
    sendJson(response, 200, {
      created: Math.floor(Date.now() / 1000),
      data: [
        { b64_json: data.toString('base64'), revised_prompt: `A plain square, for: ${text.slice(0, 80)}` },
      ],
      usage: { ...usage, total_tokens: usage.input_tokens + usage.output_tokens },
    })
    return
  }
  const sound = broken ? Buffer.from('no recording') : simulatedSound(text, call.response_format)
  response.writeHead(200, { 'content-type': call.response_format === 'wav' ? 'audio/wav' : 'audio/mpeg' })
  response.end(sound)
}

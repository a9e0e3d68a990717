import { fieldOf, textOf } from '../json-field.ts'

/**
 * The picture or the recording of a message, where servers put it: `images` and parts of the content (OpenRouter, Gemini),
 * `b64_json` (OpenAI's images), `audio`. Null where there is none, also where there is an address: nothing is fetched.
 */
export function readMedia(message: unknown, wanted: 'image' | 'audio'): Buffer | null {
  if (wanted === 'audio') return bytesOf(fieldOf(fieldOf(message, 'audio'), 'data'))
  const [images, content] = [fieldOf(message, 'images'), fieldOf(message, 'content')]
  for (const part of [images, content].flatMap((each) => (Array.isArray(each) ? each : []))) {
    const found = bytesOf(imageIn(part))
    if (found) return found
  }
  return null
}

function imageIn(part: unknown): unknown {
  const url = fieldOf(part, 'image_url')
  const inline = fieldOf(part, 'inline_data') ?? fieldOf(part, 'inlineData')
  return (
    textOf(part, 'b64_json') ??
    textOf(url, 'url') ??
    (typeof url === 'string' ? url : null) ??
    textOf(inline, 'data') ??
    textOf(part, 'result') ??
    textOf(part, 'url')
  )
}

const DATA_URL = /^data:[\w.+/;=-]{0,100},/

function bytesOf(found: unknown): Buffer | null {
  if (Buffer.isBuffer(found)) return found.length > 0 ? found : null
  if (typeof found !== 'string' || /^https?:/i.test(found)) return null
  const bytes = Buffer.from(found.replace(DATA_URL, ''), 'base64')
  return bytes.length > 0 ? bytes : null
}

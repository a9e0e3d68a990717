import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RecordedCall, type ServerAnswer, startRecordedServer } from './recorded-server.ts'
import type { Cleanup } from './system.ts'

/** Answers that a server gives to the calls of one case, in turn; the last one again and again. */
export type Played = readonly ServerAnswer[]

/**
 * A models file whose models are served by one real server, which plays to each call what is set down for the word in
 * brackets in its prompt. `models`: further members of each model, by name.
 */
export async function playModels(t: Cleanup, models: Readonly<Record<string, object>>) {
  const played = new Map<string, Played>()
  const calls = new Map<string, RecordedCall[]>()
  const server = await startRecordedServer(t, (call) => {
    const word = /\[([\w -]+)\]/.exec(JSON.stringify(call.body.messages ?? ''))?.[1] ?? ''
    const answers = played.get(word) ?? []
    const before = calls.get(word) ?? []
    calls.set(word, [...before, call])
    return answers[Math.min(before.length, answers.length - 1)] ?? { status: 404, body: {} }
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-played-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const entries = Object.entries(models).map(([name, members]) => ({ name, server: 's', ...members }))
  const servers = { s: { base_url: server.url, api_key_env: 'SPLITRUN_TEST_MODEL_KEY' } }
  await writeFile(file, JSON.stringify({ servers, models: entries }))
  return {
    file,
    /** Sets down what is played for a word. */
    play: (word: string, answers: Played) => void played.set(word, answers),
    callsOf: (word: string): readonly RecordedCall[] => calls.get(word) ?? [],
  }
}

/** A chat completion with these members of its message and of the whole. */
export function completion(
  message: object,
  finish_reason: unknown = 'stop',
  more: object = {},
): ServerAnswer {
  return {
    body: {
      object: 'chat.completion',
      model: 'real-1',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
      usage: { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 },
      ...more,
    },
  }
}

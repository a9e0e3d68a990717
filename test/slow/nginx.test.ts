import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Agent, FormData, fetch } from 'undici'
import { blocksOf } from '../support/documents.ts'
import { startSecureNginx } from '../support/nginx.ts'
import { noise } from '../support/pictures.ts'
import { useSystem } from '../support/system.ts'

const GUIDE = 'docs/guides/proxies.md'

/** What the guide says for nginx, before a server that is elsewhere than in the guide. */
function locationsFor(target: string): string {
  const block = blocksOf(GUIDE).find(({ text }) => text.startsWith('location '))
  const text = block?.text ?? ''
  assert.ok(text.includes('proxy_pass http://127.0.0.1:3000/;'))
  return text.replace('http://127.0.0.1:3000/', `${target}/`)
}

describe('behind nginx with TLS and a path, as the guide on proxies says', () => {
  const system = useSystem({
    env: { SPLITRUN_PUBLIC_URL: 'https://example.com/splitrun', SPLITRUN_TRUST_PROXY: '1' },
  })

  test('runs are found at their Location, links lead back, and large files come through', async (t) => {
    const { url, project, token, createTask } = system()
    const port = await startSecureNginx(t, locationsFor(url))
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
    t.after(() => dispatcher.destroy())
    const origin = `https://127.0.0.1:${port}`
    const headers = { authorization: `Bearer ${token}` }
    const ask = (path: string, init: Parameters<typeof fetch>[1] = {}) =>
      fetch(origin + path, { dispatcher, headers, ...init })
    const post = (path: string, body: object) =>
      ask(`/splitrun${project}/task/${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })

    const task = await createTask({ scores: { helpful: { type: 'boolean', good: true } } })
    const started = await post(`${task}/run?wait=0`, { task_input: { text: 'tea' } })
    assert.equal(started.status, 202)
    const place = started.headers.get('location') ?? ''
    const run = (await (await ask(`${place}?wait=30`)).json()) as { id: string; status: string }
    assert.equal(run.status, 'succeeded')

    const made = await post(`${task}/run/${run.id}/feedback_link`, {})
    const link = (await made.json()) as { url: string }
    assert.ok(link.url.startsWith(`${origin}/splitrun/api/v1/feedback?token=`), link.url)
    assert.equal((await fetch(link.url, { dispatcher })).status, 200)

    const photo = await createTask({ image_required: true, user_prompt: 'What is this?' })
    const form = new FormData()
    const image = await noise(1200, 1200).png().toBuffer()
    assert.ok(image.length > 2_000_000)
    form.append('task_file', new Blob([new Uint8Array(image)]), 'photo.png')
    const sent = await ask(`/splitrun${project}/task/${photo}/run`, { method: 'POST', body: form })
    assert.equal(sent.status, 200)
  })
})

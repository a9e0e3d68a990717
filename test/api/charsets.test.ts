import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

const WORD = 'Grüße 日本'
const utf16 = (text: string, bigEndian = false): Buffer => {
  const bytes = Buffer.from(text, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

describe('the text of a body is read in the charset that it says', () => {
  const running = useSystem()
  async function send(body: Uint8Array, type: string | null, query = '') {
    const { checkedUrl, project, token, createTask } = running()
    const answer = await fetch(`${checkedUrl}${project}/task/${await createTask()}/run${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...(type === null ? {} : { 'content-type': type }) },
      body: new Uint8Array(body),
    })
    const json = (await answer.json()) as {
      run_data: { submitted: { text: string } }
      detail: { reason: string }
    }
    return { status: answer.status, text: json.run_data?.submitted.text, reason: json.detail?.reason }
  }
  const json = (text: string) => `{"task_input": {"text": "${text}"}}`
  const part = (value: Buffer, type: string) =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="task_input"\r\n${type}\r\n`),
      value,
      Buffer.from('\r\n--b--\r\n'),
    ])
  const form = 'multipart/form-data; boundary=b'
  const urlencoded = 'application/x-www-form-urlencoded'
  const input = (text: string) => `{"text": "${text}"}`

  test('in every encoding of bodies, with a byte order mark and without', async () => {
    const bom = '\ufeff'
    const cases: [Buffer, string | null][] = [
      [Buffer.from(json(WORD)), null],
      [Buffer.from(bom + json(WORD)), null],
      [Buffer.from(bom + json(WORD)), 'application/json'],
      [Buffer.from(json(WORD)), 'application/json; charset="UTF8"'],
      [utf16(json(WORD)), 'application/json; charset=utf-16'],
      [utf16(bom + json(WORD)), 'application/json; charset=utf-16le'],
      [utf16(json(WORD), true), 'application/json; charset=utf-16be'],
      [part(Buffer.from(bom + input(WORD)), ''), form],
      [part(Buffer.from(input(WORD)), 'Content-Type: text/plain; charset=utf-8\r\n'), form],
      [part(utf16(input(WORD)), 'Content-Type: application/json; charset=utf-16le\r\n'), form],
      [Buffer.from(`task_input=${encodeURIComponent(input(WORD))}`), urlencoded],
      [Buffer.from(`${bom}task_input=${encodeURIComponent(input(WORD))}`), urlencoded],
      [Buffer.from(`task_input=${input(WORD)}`), `${urlencoded}; charset=utf-8`],
    ]
    for (const [at, [body, type]] of cases.entries()) {
      assert.deepEqual([at, (await send(body, type)).text], [at, WORD])
    }
    const latin = Buffer.from(json('Grüße'), 'latin1')
    for (const charset of ['iso-8859-1', 'latin1', 'windows-1252']) {
      assert.equal((await send(latin, `application/json; charset=${charset}`)).text, 'Grüße')
    }
    const bytes = Buffer.from(input('Grüße'), 'latin1')
    assert.equal(
      (await send(part(bytes, 'Content-Type: text/plain; charset=iso-8859-1\r\n'), form)).text,
      'Grüße',
    )
    const escaped = encodeURIComponent(input('Grüße')).replaceAll('%C3%BC', '%FC').replaceAll('%C3%9F', '%DF')
    const legacy = await send(Buffer.from(`task_input=${escaped}`), `${urlencoded}; charset=iso-8859-1`)
    assert.equal(legacy.text, 'Grüße')
  })

  test('and refused where it is none of that: nothing is replaced in silence', async () => {
    const broken = Buffer.from(json('Grüße'), 'latin1')
    const cases: [Uint8Array, string | null, string?][] = [
      [broken, null],
      [broken, 'application/json; charset=us-ascii'],
      [utf16(json(WORD)).subarray(0, -1), 'application/json; charset=utf-16le'],
      [part(Buffer.from(input('Grüße'), 'latin1'), ''), form],
      [Buffer.from('task_input=%7B%22text%22%3A%22%FC%22%7D'), urlencoded],
      [Buffer.from('task_input=\xfc', 'latin1'), urlencoded],
      [Buffer.from(json('tea')), null, '?reporting_group=%FC'],
    ]
    for (const [at, [body, type, query]] of cases.entries()) {
      const { status, reason } = await send(body, type, query)
      assert.deepEqual([at, status, reason], [at, 400, 'MALFORMED_REQUEST'])
    }
    for (const charset of ['utf-32', 'no-such-charset']) {
      const { status, reason } = await send(Buffer.from(json('tea')), `application/json; charset=${charset}`)
      assert.deepEqual([status, reason], [415, 'UNSUPPORTED_MEDIA_TYPE'])
    }
  })

  test('a character that stands for what others could not read is one like any other', async () => {
    assert.equal((await send(Buffer.from(json('\ufffd')), null)).text, '\ufffd')
    assert.equal(
      (await send(Buffer.from('task_input=%7B%22text%22%3A%22%EF%BF%BD%22%7D'), urlencoded)).text,
      '\ufffd',
    )
  })
})

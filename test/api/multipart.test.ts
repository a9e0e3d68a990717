import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { useSystem } from '../support/system.ts'

/** One part: its headers, and its bytes. */
type Part = readonly [head: string, data: string | Buffer]

const body = (...parts: Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(([head, data]) => [
      Buffer.from(`--b\r\n${head.replaceAll('\n', '\r\n')}\r\n\r\n`),
      Buffer.from(data),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--b--\r\n'),
  ])
const named = (name: string, more = '') => `Content-Disposition: form-data; name="${name}"${more}`

describe('multipart bodies as others write them', () => {
  const running = useSystem({ env: { SPLITRUN_IMAGE_LIMIT: '4000', SPLITRUN_FILES_MAX: '2' } })
  let image: Buffer
  let task: string
  before(async () => {
    image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    task = await running().createTask()
  })

  async function send(content: Buffer, type = 'multipart/form-data; boundary=b') {
    const { checkedUrl, project, token } = running()
    const answer = await fetch(`${checkedUrl}${project}/task/${task}/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: new Uint8Array(content),
    })
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
    const json: any = await answer.json()
    return { status: answer.status, headers: answer.headers, body: json, files: json.files?.length }
  }
  const INPUT: Part = [named('task_input'), '{"text": "tea"}']

  test('files with a name, without one, in base64, and as items of a list', async () => {
    const base64 = image.toString('base64').replaceAll(/.{76}/g, '$&\r\n')
    const files: Part[] = [
      [named('task_file', '; filename="a.png"'), image],
      [named('task_file'), image],
      [named('task_file', '\nContent-Type: image/png'), image],
      [named('task_file', `; filename*=UTF-8''a%20b.png`), image],
      [named('task_file[]', '; filename="a.png"'), image],
      [named('task_file[0]', '; filename="a.png"'), image],
      [`Content-Type: image/png\ncontent-disposition: FORM-DATA;name=task_file`, image],
      [named('task_file', '; filename="a.png"\nContent-Transfer-Encoding: base64'), base64],
      [named('task_file', '; filename="C:\\\\a.png"\nContent-Transfer-Encoding: binary'), image],
    ]
    for (const file of files) {
      const { status, files: kept, body: run } = await send(body(INPUT, file))
      assert.deepEqual([status, kept], [200, 1], `${file[0]} ${JSON.stringify(run)}`)
      const { checkedUrl, project, token } = running()
      const read = await fetch(`${checkedUrl}${project}/task/${task}/run/${run.id}/file/${run.files[0]}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      assert.deepEqual(Buffer.from(await read.arrayBuffer()), image, file[0])
    }
    const both = body(INPUT, [named('task_file[]', '; filename="a"'), image], [named('task_file[]'), image])
    assert.equal((await send(both)).files, 2)
  })

  test('fields with a filename, a type, a charset, or in base64', async () => {
    const inputs: Part[] = [
      [named('task_input', '; filename="blob"\nContent-Type: application/json'), '{"text": "tea"}'],
      [named('task_input', '\nContent-Type: application/json; charset=utf-8'), '{"text": "tea"}'],
      [named('task_input', '\nContent-Type: application/octet-stream'), '{"text": "tea"}'],
      [named('task_input', '\nContent-Transfer-Encoding: 8bit'), '{"text": "tea"}'],
      [
        named('task_input', '\nContent-Transfer-Encoding: base64'),
        Buffer.from('{"text": "tea"}').toString('base64'),
      ],
    ]
    for (const input of inputs) {
      const { status, body: run } = await send(body(input))
      assert.deepEqual([status, run.run_data?.submitted], [200, { text: 'tea' }], input[0])
    }
  })

  test('a file field that was left empty is no file; an empty file is one that is refused', async () => {
    const octets = '\nContent-Type: application/octet-stream'
    const empty: Part[] = [
      [named('task_file', `; filename=""${octets}`), ''],
      [named('task_file'), ''],
      [named('another', `; filename=""${octets}`), ''],
    ]
    for (const part of empty) assert.deepEqual((await send(body(INPUT, part))).files, 0, part[0])
    const refused = await send(body(INPUT, [named('task_file', '; filename="a.png"'), '']))
    assert.deepEqual([refused.status, refused.body.detail.reason], [415, 'NOT_AN_IMAGE'])
  })

  test('what is no field of the endpoint: a file is refused with its name, a text is named', async () => {
    const file = await send(body(INPUT, [named('photo', '; filename="a.png"'), image]))
    assert.deepEqual([file.status, file.body.detail[0].loc], [422, ['body', 'photo']])
    const typed = await send(body(INPUT, [named('photo', '\nContent-Type: image/png'), image]))
    assert.deepEqual([typed.status, typed.body.detail[0].loc], [422, ['body', 'photo']])
    const text = await send(body(INPUT, [named('ünknown'), 'x']))
    assert.deepEqual([text.status, text.headers.get('x-ignored-fields')], [200, '%C3%BCnknown'])
  })

  test('limits hold for what is decoded, and for what is sent', async () => {
    const padded = (size: number) => Buffer.concat([image, Buffer.alloc(size - image.length)])
    const inBase64 = (size: number): Part => [
      named('task_file', '\nContent-Transfer-Encoding: base64'),
      padded(size).toString('base64'),
    ]
    assert.equal((await send(body(INPUT, inBase64(4000)))).status, 200)
    const large = await send(body(INPUT, inBase64(4001)))
    assert.deepEqual([large.status, large.body.detail.reason], [413, 'FILE_TOO_LARGE'])
    const many = await send(body(INPUT, ...[1, 2, 3].map((): Part => [named('task_file[]'), image])))
    assert.deepEqual([many.status, many.body.detail.reason], [413, 'TOO_MANY_FILES'])
  })

  test('what cannot be read is refused in words that say what is missing', async () => {
    const cases: [Buffer, string, number, RegExp][] = [
      [body(INPUT), 'multipart/form-data', 400, /no boundary/],
      [body(INPUT), 'multipart/form-data; boundary=', 400, /no boundary/],
      [body(INPUT), 'multipart/form-data; boundary=other', 400, /does not end with the boundary/],
      [body(INPUT).subarray(0, -9), 'multipart/form-data; boundary=b', 400, /does not end with the boundary/],
      [Buffer.alloc(0), 'multipart/form-data; boundary=b', 400, /does not end with the boundary/],
      [body(['X: y', 'z']), 'multipart/form-data; boundary=b', 400, /name of its field/],
      [body([named(''), 'z']), 'multipart/form-data; boundary=b', 400, /name of its field/],
      [
        body(INPUT, [named('task_file', '\nContent-Transfer-Encoding: base64'), 'no base64!']),
        'multipart/form-data; boundary=b',
        400,
        /base64/,
      ],
      [
        body([named('task_input', '\nContent-Transfer-Encoding: quoted-printable'), '=7B=7D']),
        'multipart/form-data; boundary=b',
        415,
        /base64/,
      ],
    ]
    for (const [content, type, status, message] of cases) {
      const answer = await send(content, type)
      assert.equal(answer.status, status, `${type} ${content}`)
      assert.match(answer.body.detail.message, message)
    }
  })
})

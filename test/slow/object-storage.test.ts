import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { createS3Client } from '../../src/files/s3/s3-client.ts'
import { createS3Exchange } from '../../src/files/s3/s3-exchange.ts'
import { ApiError } from '../../src/platform/errors.ts'
import { newId, newRunId } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { testFileHome } from '../support/files/file-home-tests.ts'
import { testFileStore } from '../support/files/file-store-tests.ts'
import { newPrefix, openAt, settingsOf, targetOf } from '../support/files/object-storage.ts'
import { placesIn } from '../support/files/places.ts'
import { type S3rver, startS3rver } from '../support/files/s3rver.ts'
import { useSwift } from '../support/files/swift.ts'
import { noise } from '../support/pictures.ts'
import { type Answer, type System, until, useSystem } from '../support/system.ts'

const NAME = `${newId()}.png`
const DATA = Buffer.alloc(100_000, 'x')
const HOUR_MS = 3_600_000

describe('files in OpenStack Swift', () => {
  const swift = useSwift()
  testFileStore(placesIn(swift))
  testFileHome(placesIn(swift))

  const wrong: [name: string, changes: Parameters<typeof targetOf>[2], words: RegExp][] = [
    ['a wrong secret', { secretAccessKey: 'wrong' }, /AWS_SECRET_ACCESS_KEY/],
    ['an unknown key', { accessKeyId: 'test:nobody' }, /the keys do not fit|AWS_ACCESS_KEY_ID/],
    ['another region', { region: 'eu-central-1' }, /not eu-central-1 but us-east-1: set SPLITRUN_S3_REGION/],
    ['a key without rights', { accessKeyId: 'test:reader', secretAccessKey: 'reading' }, /may not do this/],
    ['a bucket that is not there', { bucket: 'elsewhere' }, /there is no bucket elsewhere/],
  ]
  for (const [name, changes, words] of wrong) {
    test(`${name} is refused, and the log says what to look at`, async (t) => {
      const { files, probe } = openAt(t, targetOf(swift(), `${newPrefix()}/`, changes))
      const run = newRunId(0)
      const calls = [
        () => probe(),
        () => files.put(run, NAME, DATA),
        () => files.read(run, NAME),
        () => files.removeRun(run),
      ]
      // HEAD of an object in a bucket that is not there says only that it is not there.
      if (changes?.bucket === undefined) calls.push(async () => void (await files.size(run, NAME)))
      for (const call of calls) {
        await assert.rejects(call, (error) => error instanceof ApiError && words.test(String(error.cause)))
      }
    })
  }

  test('a clock that is an hour wrong is followed, and said once', async (t) => {
    const said: object[] = []
    const log = { ...silentLogger(), warn: (about: object) => void said.push(about) }
    const { files } = openAt(t, targetOf(swift(), `${newPrefix()}/`), { log: log as never })
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() - HOUR_MS })
    const run = newRunId(0)
    for (let times = 0; times < 3; times += 1) await files.put(run, NAME, DATA)
    assert.deepEqual(await files.read(run, NAME), DATA)
    assert.equal(said.length, 1)
  })

  test('bytes that are changed on their way to it are refused by it', async (t) => {
    const target = targetOf(swift(), `${newPrefix()}/`)
    const exchange = createS3Exchange({
      ...{ target, timeoutMs: 60_000, attempts: 1, connections: 1, log: silentLogger() },
    })
    t.after(() => exchange.close())
    const client = createS3Client(exchange, {
      ...{ target, page: 10, connections: 1, connectionsOfReader: 1, timeoutMs: 60_000 },
    })
    const changed = Buffer.from(DATA)
    // What is signed is the digest of what the body was when it was asked for.
    const sending = client.put('x', changed, {})
    queueMicrotask(() => {
      changed[0] = 0
    })
    await assert.rejects(sending, /refused|do not fit/)
    assert.equal(await client.get('x'), null)
  })
})

const photoTask = ({ createTask }: System) => createTask({ user_prompt: 'What is it?', image_required: true })

async function upload({ call }: System, task: string, data: Buffer, query = ''): Promise<Answer> {
  const form = new FormData()
  form.append('task_file', new Blob([new Uint8Array(data)]), 'photo.png')
  return call('POST', `/task/${task}/run${query}`, form)
}

describe('storage that is away for 20 seconds', () => {
  let server: S3rver
  const said: string[] = []
  const running = useSystem(async (t) => {
    server = await startS3rver(t)
    const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) })
    return {
      log,
      workers: 2,
      model: { latencyMs: 200 },
      env: { ...settingsOf(server), SPLITRUN_S3_TIMEOUT: '5s' },
    }
  })

  test('costs no run: each that was accepted ends well, each refusal is 503 and says when to come back', async () => {
    const system = running()
    const [photos, texts] = [await photoTask(system), await system.createTask()]
    const data = await noise(40, 40).png().toBuffer()
    const accepted: string[] = []
    const refused = new Set<string>()
    const textRuns: string[] = []
    let sending = true
    async function send(): Promise<void> {
      while (sending) {
        const { status, headers, body } = await upload(system, photos, data, '?wait=0')
        if (status === 202) accepted.push(body.id)
        else refused.add(`${status} ${body.detail?.reason} ${Number(headers.get('retry-after')) > 0}`)
        await pause(50)
      }
    }
    async function sendTexts(): Promise<void> {
      while (sending) {
        const { status, body } = await system.call('POST', `/task/${texts}/run`, {
          task_input: { text: 'tea' },
        })
        textRuns.push(`${status} ${body.status}`)
        await pause(100)
      }
    }
    const senders = [send(), send(), sendTexts()]
    await until(() => accepted.length >= 10)
    await server.kill()
    await pause(20_000)
    await server.start()
    const before = accepted.length
    await until(() => accepted.length >= before + 10)
    sending = false
    await Promise.all(senders)
    assert.deepEqual([...refused], ['503 FILES_UNAVAILABLE true'], said.slice(0, 3).join(''))
    assert.deepEqual([...new Set(textRuns)], ['200 succeeded'], 'runs without files go on')
    for (const id of accepted) {
      const { body } = await system.call('GET', `/task/${photos}/run/${id}?wait=60`)
      assert.equal(body.status, 'succeeded', JSON.stringify(body.error))
    }
  })
})

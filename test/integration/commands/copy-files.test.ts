import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openDiskStorage } from '../../../src/files/disk/disk-storage.ts'
import { newId, newRunId } from '../../../src/platform/ids.ts'
import { runHere } from '../../support/command-line.ts'
import { newPrefix, openAt, settingsOf, targetOf } from '../../support/files/object-storage.ts'
import { useS3rver } from '../../support/files/s3rver.ts'

describe('splitrun copy-files', () => {
  const server = useS3rver()

  async function begin(t: TestContext) {
    const folder = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
    t.after(() => rm(folder, { recursive: true }))
    const source = openDiskStorage(folder, 0)
    const [run, name] = [newRunId(0), `${newId()}.png`]
    await source.files.put(run, name, Buffer.from('a picture'))
    await source.marker.create({ folder: newId(), shards: {} })
    const prefix = newPrefix()
    const env = settingsOf(server(), prefix)
    const bucket = `s3://${server().bucket}/${prefix}`
    return { folder, run, name, env, bucket, target: openAt(t, targetOf(server(), `${prefix}/`)) }
  }

  test('copies a folder to a bucket without a Redis, and says what it did', async (t) => {
    const { folder, run, name, env, bucket, target } = await begin(t)
    const copy = () => runHere(['copy-files', '--from', folder, '--to', bucket], { env })
    const first = await copy()
    assert.deepEqual(
      [first.code, first.stdout],
      [0, 'copied 1 files (9 bytes), 0 were there\n'],
      first.stderr,
    )
    assert.equal((await target.files.read(run, name))?.toString(), 'a picture')
    assert.equal((await copy()).stdout, 'copied 0 files (0 bytes), 1 were there\n')
  })

  test('says in a line why it cannot', async (t) => {
    const { folder, env, bucket, target } = await begin(t)
    const copy = (changes: Record<string, string>, to = bucket, more: string[] = []) =>
      runHere(['copy-files', '--from', folder, '--to', to, ...more], { env: { ...env, ...changes } })
    const cases: [code: number, words: RegExp, result: Awaited<ReturnType<typeof copy>>][] = [
      [1, /AWS_SECRET_ACCESS_KEY/, await copy({ AWS_SECRET_ACCESS_KEY: 'wrong' })],
      [1, /no bucket elsewhere/, await copy({}, 's3://elsewhere')],
      [2, /s3:\/\/bucket\/prefix/, await copy({}, 's3://x y')],
      [2, /AWS_ACCESS_KEY_ID/, await copy({ AWS_ACCESS_KEY_ID: '' })],
      [2, /whole number/, await copy({}, bucket, ['--concurrency', '0'])],
    ]
    const from = (place: string, to = bucket) => runHere(['copy-files', '--from', place, '--to', to], { env })
    cases.push(
      [1, /no files of runs at .*absent.*: is it the right place/, await from(join(folder, 'absent'))],
      [1, /no files of runs at .*absent.*: is it the right place/, await from(`${bucket}/absent`)],
      [1, /is both places/, await from(folder, join(folder, 'x', '..'))],
      [1, /is both places/, await from(bucket, `${bucket}/`)],
    )
    await target.marker.create({ folder: newId(), shards: {} })
    cases.push([1, /home of other files/, await copy({})])
    for (const [code, words, result] of cases) {
      assert.deepEqual([result.code, result.stdout], [code, ''], result.stderr)
      assert.match(result.stderr, words)
      assert.ok(!result.stderr.includes('\n    at '), result.stderr)
    }
  })
})

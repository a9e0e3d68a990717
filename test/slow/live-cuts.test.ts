import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diceFrom } from '../chaos/dice.ts'
import { type CutReaderOptions, readWithCuts } from '../live-cuts/cut-reader.ts'
import { readRunsWithCuts, whatDiffers } from '../live-cuts/cut-runs.ts'
import { type CutStage, setCutStage } from '../live-cuts/cut-stage.ts'
import { speechOf } from '../live-cuts/speech.ts'
import { noStrikes, strikeAtRandom } from '../live-cuts/strike.ts'
import { QUICK_LOCKS } from '../support/processes.ts'
import { until } from '../support/system.ts'

/** Processes are started many times over: on a busy machine that alone takes minutes. */
const PATIENTLY = { timeout: 300_000 }

function readerOf(stage: CutStage, mark: string, signal: AbortSignal): CutReaderOptions {
  return {
    urls: () => stage.apis.flatMap((api) => api.url() ?? []),
    task: `${stage.project}/task/${stage.tasks.text}`,
    token: stage.token,
    body: JSON.stringify({ task_input: { text: `[mark:${mark}]` } }),
    ...{ key: mark, form: 'text', dice: diceFrom(mark), cutAfter: null, retryMs: 50, signal },
  }
}

describe('readers of live runs lose and repeat nothing', () => {
  for (const cluster of [false, true]) {
    const where = cluster ? 'in a cluster' : 'with one Redis'
    test(
      `over two shards ${where}, while they, API processes and connections are cut off`,
      PATIENTLY,
      async (t) => {
        const stage = await setCutStage(t, { shards: 2, cluster })
        const over = new AbortController()
        const striking = strikeAtRandom(stage, {
          ...{ seed: 1, everyMs: 1500, counts: noStrikes(), signal: over.signal },
        })
        const found = await readRunsWithCuts(stage, {
          ...{ seed: 1, cuts: cluster ? 60 : 150, together: 6, chars: 1500, signal: t.signal },
        })
        over.abort()
        await striking
        assert.deepEqual(found.wrong, [])
        await until(async () => (await stage.liveKeys()) === 0)
      },
    )
  }

  test('one call of the model, whether nobody, one or fifty watch', PATIENTLY, async (t) => {
    const stage = await setCutStage(t, { shards: 2 })
    for (const readers of [0, 1, 50]) {
      const mark = `listeners-${readers}`
      const speech = speechOf(mark, { json: false, chars: 800 })
      stage.model.tell(mark, speech, { pauseMs: 8, lastMs: 0 })
      const reader = readerOf(stage, mark, t.signal)
      if (readers === 0) {
        const leaving = new AbortController()
        const gone = readWithCuts({ ...reader, signal: leaving.signal })
        await until(() => stage.model.calls(mark) === 1)
        leaving.abort()
        await gone
      }
      const readings = await Promise.all(Array.from({ length: readers }, () => readWithCuts(reader)))
      for (const reading of readings) {
        assert.deepEqual([...reading.wrong, ...reading.resets], [])
        assert.deepEqual(whatDiffers(reading, speech.text, { json: false, form: 'text' }), [])
      }
      // With the same key it is the same run.
      const { end } = await readWithCuts(reader)
      assert.equal(end.response, speech.text)
      assert.equal(stage.model.calls(mark), 1)
    }
    await until(async () => (await stage.liveKeys()) === 0)
  })

  test('a worker that is lost begins the text anew, and says so', PATIENTLY, async (t) => {
    const stage = await setCutStage(t, { shards: 2, workers: 1, env: QUICK_LOCKS })
    const speech = speechOf('lost', { json: false, chars: 2000 })
    stage.model.tell('lost', speech, { pauseMs: 10, lastMs: 0 })
    const reading = readWithCuts(readerOf(stage, 'lost', t.signal))
    await until(() => stage.model.calls('lost') === 1)
    await until(async () => (await stage.liveKeys()) === 1)
    await stage.workers[0]?.end('SIGKILL')
    await stage.workers[0]?.start()
    const { text, resets, wrong, end } = await reading
    assert.deepEqual(wrong, [])
    assert.deepEqual(resets, ['lost'])
    assert.equal(text, speech.text)
    assert.equal(end.response, speech.text)
    assert.equal(stage.model.calls('lost'), 2)
  })
})

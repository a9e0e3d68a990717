import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeWorker } from '../../../src/compose/compose-worker.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { useSystem } from '../../support/system.ts'
import { textOf, type WatchedEvent, watchEvents } from '../../support/watch-events.ts'

/** What becomes of each call of a model, after it has said something. `stop`: its worker stops, and another one begins. */
type Step = 'breaks off' | 'does not fit' | 'stop' | 'fits'

const ANSWER = '{"answer": "tea", "score": 1}'
const JOURNEYS: readonly { readonly steps: readonly Step[]; readonly reasons: readonly string[] }[] = [
  { steps: ['fits'], reasons: [] },
  { steps: ['breaks off', 'fits'], reasons: ['retry'] },
  { steps: ['does not fit', 'fits'], reasons: ['repair'] },
  { steps: ['does not fit', 'does not fit', 'fits'], reasons: ['repair', 'fallback'] },
  { steps: ['breaks off', 'breaks off', 'breaks off', 'fits'], reasons: ['retry', 'retry', 'fallback'] },
  { steps: ['stop', 'fits'], reasons: ['lost'] },
  { steps: ['stop', 'stop', 'fits'], reasons: ['lost', 'lost'] },
  { steps: ['breaks off', 'stop', 'fits'], reasons: ['retry', 'lost'] },
  { steps: ['does not fit', 'stop', 'fits'], reasons: ['repair', 'lost'] },
  { steps: ['does not fit', 'does not fit', 'stop', 'fits'], reasons: ['repair', 'fallback', 'lost'] },
  { steps: ['stop', 'breaks off', 'fits'], reasons: ['lost', 'retry'] },
  { steps: ['stop', 'does not fit', 'fits'], reasons: ['lost', 'repair'] },
]

describe('what was shown of a run is taken back, and it is said what happened', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, other: {} })
    return { workers: 0, env: { ...model.env, SPLITRUN_MODEL_ATTEMPTS: '3' } }
  })

  for (const { steps, reasons } of JOURNEYS) {
    test(`${steps.join(', ')}: ${reasons.join(', ') || 'nothing'}`, async (t) => {
      let { workers } = await composeWorker(system().core)
      const stop = () => Promise.all(workers.map((worker) => worker.close()))
      t.after(stop)
      const task = await system().createTask({
        ...{ llm_model_id: 'spoken', fallback_llm_model_id: 'other', output_retries: 1 },
      })
      const watcher = await watchEvents(t, `${system().url}${system().project}/task/${task}/run`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${system().token}`, accept: 'text/event-stream' },
          'content-type': 'application/json',
        },
        body: JSON.stringify({ task_input: { text: 'tea' } }),
      })
      const events: WatchedEvent[] = []
      for (const step of steps) {
        const call = await model.next()
        call.say(ANSWER.slice(0, 9))
        events.push(...(await watcher.until(({ event }) => event === 'output.delta')))
        if (step === 'breaks off') call.cut()
        if (step === 'stop') {
          await stop()
          workers = (await composeWorker(system().core)).workers
        }
        if (step === 'does not fit') call.end()
        if (step === 'fits') {
          call.say(ANSWER.slice(9))
          call.end()
        }
      }
      events.push(...(await watcher.rest()))
      const resets = events.filter(({ event }) => event === 'output.reset')
      assert.deepEqual(
        resets.map(({ data }) => data.reason),
        reasons,
      )
      assert.equal(textOf(events), ANSWER)
      assert.equal(events.at(-1)?.event, 'run.succeeded')
    })
  }
})

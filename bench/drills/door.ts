import type { Drill, Statement } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { judgeFigure } from '../judge.ts'
import { type Call, load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { takeTurns } from '../turns.ts'

const CALLS = 250
const ROUNDS = 24
const QUICK_ROUNDS = 3
const WARM_UP = 3000
const QUICK_WARM_UP = 200
/** What a call by OpenAI's clients may take beyond the same run by its own endpoint. */
const ADDED_MAX_MS = 0.3

const TEXT = 'I love this, it is great!'

/** What OpenAI's door adds to a run: the same task by its own endpoint and by /v1, in turn, one call at a time. */
export const drillDoor: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const fleet = await startFleet({ model: modelUrl(model) })
  try {
    const { task, headers } = fleet.project
    const v1 = new URL('/v1', fleet.call.url).href
    const at = (path: string, body: object): Call => ({
      url: `${v1}/${path}`,
      headers,
      body: JSON.stringify(body),
    })
    const ways: readonly (readonly [string, Call])[] = [
      ['run', fleet.call],
      ['run, once more', fleet.call],
      ['responses', at('responses', { prompt: { id: task, variables: { text: TEXT } } })],
      [
        'chat/completions',
        at('chat/completions', { model: `task/${task}`, messages: [{ role: 'user', content: TEXT }] }),
      ],
    ]
    say('calls that do not count, until costs have stopped falling')
    for (const [, call] of ways) await load(call, { connections: 8, amount: quick ? QUICK_WARM_UP : WARM_UP })
    const seen = await takeTurns(ways, quick ? QUICK_ROUNDS : ROUNDS, ([name, call], round) => {
      if (name === 'run') say(`round ${round}`)
      return load(call, { connections: 1, amount: CALLS })
    })
    const p50s = seen.map((loads) => loads.map(({ p50 }) => p50))
    /** Of each round's medians, so that what the machine does meanwhile falls on both. */
    const added = p50s.map((each) => median(each.map((p50, round) => p50 - (p50s[0]?.[round] ?? 0))))
    const noise = Math.abs(added[1] ?? 0)
    const statements = ways.slice(2).map(([name], each): Statement => {
      const more = added[each + 2] ?? Number.NaN
      return judgeFigure(
        `/v1/${name} takes ${more.toFixed(2)} ms more than /run at the median (wanted: at most ${ADDED_MAX_MS})`,
        { seen: more, ofMachine: noise, wanted: ADDED_MAX_MS },
        `/run differed from itself by ${noise.toFixed(2)} ms`,
      )
    })
    return {
      title:
        "A run by its own endpoint and by OpenAI's door, one call at a time, a model that answers at once",
      table: {
        head: ['', 'p50 ms', 'p95 ms', 'more than run, p50 ms'],
        rows: ways.map(([name], each) => [
          name,
          median(p50s[each] ?? []).toFixed(2),
          median((seen[each] ?? []).map(({ p95 }) => p95)).toFixed(2),
          each === 0 ? '-' : (added[each] ?? 0).toFixed(2),
        ]),
      },
      statements,
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

import type { Drill } from '../drill.ts'
import { type Project, startFleet, taskLike } from '../fleet.ts'
import { judgeSpread } from '../judge.ts'
import { load } from '../load.ts'
import { measure, median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { asSubject } from '../subjects.ts'
import { spreadOf, takeTurns } from '../turns.ts'

const AMOUNT = 4000
const QUICK_AMOUNT = 300
const WARM_UP = 6000
const ROUNDS = 7
const QUICK_ROUNDS = 2
const CONNECTIONS = 32
const WANTED_GROWTH = 1.02

interface Made {
  readonly id: string
  readonly revisions: readonly { readonly id: string }[]
}

/** A task of two revisions with half of the traffic each. */
async function makeTask(project: Project, name: string, fields: object = {}): Promise<Made> {
  const { id } = await project.ask<Made>('/task', taskLike(name, fields))
  return project.ask<Made>(`/task/${id}`, { system_prompt: 'You judge texts.', weight: 0.5 })
}

/**
 * What it costs a run to take part in decisions: the CPU of runs of two tasks with two revisions each, in turn. Of one, the
 * weights decide alone; the other has scores, a rollout with two guards under way, and keys that keep their revision.
 */
export const drillDecisions: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const fleet = await startFleet({ model: modelUrl(model) })
  try {
    const { project } = fleet
    const port = fleet.apis[0]?.port ?? 0
    const plain = await makeTask(project, 'plain')
    const decided = await makeTask(project, 'decided', {
      scores: { helpful: { type: 'boolean', good: true } },
    })
    const [to, from] = decided.revisions
    await project.ask(`/task/${decided.id}/rollout`, {
      ...{ from: from?.id, to: to?.id, shares: [0.5, 1], hold: 86_400 },
      guards: [
        { metric: 'failed', max_increase: 0.05 },
        { metric: 'latency', max_ratio: 1.5 },
      ],
    })
    const ofPlain = project.run(port, { task: plain.id })
    const ways = [
      ['weights alone', ofPlain],
      ['weights alone, once more', ofPlain],
      ['scores, rollout, keys', project.run(port, { task: decided.id, query: '?split_key=user-42' })],
    ] as const
    say('calls that do not count, until costs have stopped falling')
    for (const [, call] of ways)
      await load(call, { connections: CONNECTIONS, amount: quick ? QUICK_AMOUNT : WARM_UP })
    const subject = asSubject(fleet)
    const passes = await takeTurns(ways, quick ? QUICK_ROUNDS : ROUNDS, async ([name, call], round) => {
      const pass = await measure(
        { ...subject, call },
        { connections: CONNECTIONS, amount: quick ? QUICK_AMOUNT : AMOUNT },
      )
      say(`round ${round}, ${name}: ${pass.cpuTotal.toFixed(2)} CPU s per 10,000`)
      return pass
    })
    const { status } = await project.ask<{ status: string }>(`/task/${decided.id}/rollout`)
    const used = passes.map((all) => all.map(({ cpuTotal }) => cpuTotal))
    const cpu = used.map(median)
    const spread = spreadOf(
      used,
      ([one = [], again = [], on = []]) => median(on) / median([...one, ...again]),
    )
    return {
      title: 'Runs of a task with two revisions, by what decides which of them is better',
      table: {
        head: ['', 'CPU s per 10,000', 'Redis commands'],
        rows: ways.map(([name], at) => [
          name,
          (cpu[at] ?? 0).toFixed(2),
          median((passes[at] ?? []).map(({ redis }) => redis?.commands ?? 0)).toFixed(1),
        ]),
      },
      statements: [
        judgeSpread('CPU of a run that takes part in decisions', spread, WANTED_GROWTH),
        { text: `the rollout is under way until the end: ${status}`, holds: status === 'running' },
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

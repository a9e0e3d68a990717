import { startChromium } from '../../test/support/chromium.ts'
import { buildConsole } from '../../test/support/console/build.ts'
import { coldRows, openSignedIn, pageToPage, WANTED } from '../../test/support/console/figures.ts'
import type { Drill, Statement } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { measureStarts } from './console-start.ts'

const ROUNDS = 10
const QUICK_ROUNDS = 2
const RUNS = 100

/** What a person waits for at the console, in Chromium without a window; and what a build of it adds to a start. */
export const drillConsole: Drill = async ({ quick, say }) => {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS
  await buildConsole()
  const cleanups: (() => Promise<void> | void)[] = []
  const model = await startModel(0)
  const fleet = await startFleet({ model: modelUrl(model) })
  const figures = new Map<string, number[]>()
  const note = (name: string, ms: number) => figures.set(name, [...(figures.get(name) ?? []), ms])
  try {
    await load(fleet.call, { connections: 4, amount: RUNS })
    const url = `http://127.0.0.1:${fleet.apis[0]?.port}`
    const key = (fleet.project.headers['authorization'] ?? '').replace(/^Bearer /, '')
    const browser = await startChromium({ after: (clean) => void cleanups.unshift(clean) })
    const page = await openSignedIn(browser, url, key)
    for (let each = 0; each < rounds; each += 1) {
      note('rows of tasks, cold', await coldRows(browser, `${url}/console/`))
      note('rows of runs, cold', await coldRows(browser, `${url}/console/#/runs`))
      await page.reload()
      await page.locator('[data-row]').first().waitFor()
      for (const [title, ms] of await pageToPage(page)) note(`to ${title}`, ms)
      say(`round ${each + 1} of ${rounds}`)
    }
  } finally {
    for (const clean of cleanups) await clean()
    await fleet.stop()
    await model.stop()
  }
  const starts = await measureStarts(quick ? 1 : 5, say)
  for (const [name, all] of starts) figures.set(name, [...all])
  const of = (name: string) => median(figures.get(name) ?? [])
  const slower = (name: string) => of(name) - of('start, without a console')
  const state = (text: string, ms: number, wanted: number): Statement => ({
    text: `${text}: ${ms.toFixed(0)} ms (wanted: at most ${wanted})`,
    holds: ms <= wanted,
  })
  const pages = [...figures.keys()].filter((name) => name.startsWith('to '))
  const slowest = pages.toSorted((a, b) => of(b) - of(a))[0] ?? ''
  return {
    title: 'The console in Chromium, and what a build of it adds to a start',
    table: {
      head: ['ms', 'median', 'least', 'most'],
      rows: [...figures].map(([name, all]) => [
        name,
        ...[median(all), Math.min(...all), Math.max(...all)].map((ms) => ms.toFixed(0)),
      ]),
    },
    statements: [
      state('the rows of tasks, from a cold start of the page', of('rows of tasks, cold'), WANTED.coldRows),
      state('the rows of runs, from a cold start of the page', of('rows of runs, cold'), WANTED.coldRows),
      state(`from page to page, the slowest (${slowest.slice(3)})`, of(slowest), WANTED.pageToPage),
      state('a start that builds it is slower by', slower('start, built anew'), WANTED.startSlower),
      state('a start that finds it built is slower by', slower('start, built before'), WANTED.startUnchanged),
    ],
  }
}

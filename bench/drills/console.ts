import { createClient } from '../../client/src/index.ts'
import { startChromium } from '../../test/support/chromium.ts'
import { buildConsole } from '../../test/support/console/build.ts'
import {
  coldRows,
  openSignedIn,
  pageToPage,
  sentBytes,
  tabMemory,
  WANTED,
} from '../../test/support/console/figures.ts'
import { makeLongList, startLargeModel } from '../../test/support/console/long-list.ts'
import type { Drill, Statement } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { median } from '../measure.ts'
import { measureStarts } from './console-start.ts'

const ROUNDS = 10
const QUICK_ROUNDS = 2
const LIST = { runs: 10_000, large: 100, atOnce: 32 }
const QUICK_LIST = { runs: 200, large: 60, atOnce: 8 }

const TASK = {
  ...{ name: 'Large', enabled: true, system_prompt: 'You answer.', user_prompt: '{text}' },
  ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
}

/** What a person waits for at the console, in Chromium without a window; and what a build of it adds to a start. */
export const drillConsole: Drill = async ({ quick, say }) => {
  const rounds = quick ? QUICK_ROUNDS : ROUNDS
  await buildConsole()
  const cleanups: (() => Promise<void> | void)[] = []
  const cleanup = { after: (clean: () => Promise<void> | void) => void cleanups.unshift(clean) }
  const fleet = await startFleet({ model: await startLargeModel(cleanup) })
  const figures = new Map<string, number[]>()
  const note = (name: string, ms: number) => figures.set(name, [...(figures.get(name) ?? []), ms])
  const list = quick ? QUICK_LIST : LIST
  let weight = { bytes: 0, tab: 0 }
  try {
    const port = fleet.apis[0]?.port ?? 0
    const { id } = await fleet.project.ask<{ id: string }>('/task', TASK)
    const url = `http://127.0.0.1:${port}`
    const key = (fleet.project.headers['authorization'] ?? '').replace(/^Bearer /, '')
    const task = createClient({ baseUrl: url, token: key }).task(id)
    await makeLongList((text) => task.run({ text }), list)
    say(`${list.runs} runs`)
    const browser = await startChromium(cleanup)
    const page = await openSignedIn(browser, url, key)
    const rows = await browser.newPage()
    await rows.goto(`${url}/console/#/runs`)
    await rows.locator('[data-row]').nth(49).waitFor()
    await rows.waitForLoadState('networkidle')
    weight = { bytes: await sentBytes(rows, '/api/v1/'), tab: tabMemory() }
    await rows.close()
    for (let each = 0; each < rounds; each += 1) {
      note('rows of tasks, cold', await coldRows(browser, `${url}/console/`))
      note('rows of runs, cold', await coldRows(browser, `${url}/console/#/runs`))
      await page.reload()
      await page.locator('[data-row]').first().waitFor()
      for (const [title, ms] of await pageToPage(page)) note(`to ${title}`, ms)
      say(`round ${each + 1} of ${rounds}`)
    }
  } finally {
    await fleet.stop()
    for (const clean of cleanups) await clean()
  }
  const starts = await measureStarts(quick ? 1 : 5, say)
  for (const [name, all] of starts) figures.set(name, [...all])
  const of = (name: string) => median(figures.get(name) ?? [])
  const slower = (name: string) => of(name) - of('start, without a console')
  const state = (text: string, ms: number, wanted: number): Statement => ({
    text: `${text}: ${ms.toFixed(0)} ms (wanted: at most ${wanted})`,
    holds: ms <= wanted,
  })
  const bytes = (text: string, found: number, wanted: number): Statement => ({
    text: `${text}: ${found.toLocaleString('en')} bytes (wanted: at most ${wanted.toLocaleString('en')})`,
    holds: found > 0 && found <= wanted,
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
      bytes(
        `the list of ${list.runs.toLocaleString('en')} runs, of which it reads those with answers of a megabyte`,
        weight.bytes,
        WANTED.listBytes,
      ),
      bytes('the memory of its tab', weight.tab, WANTED.tabBytes),
      state('a start that builds it is slower by', slower('start, built anew'), WANTED.startSlower),
      state('a start that finds it built is slower by', slower('start, built before'), WANTED.startUnchanged),
    ],
  }
}

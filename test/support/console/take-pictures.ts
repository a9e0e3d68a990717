import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startChromium } from '../chromium.ts'
import { askDemo, openDemo, readDemo, takePicture } from './demo.ts'
import { goTo } from './use-console.ts'

/** Takes the pictures of the console that the documents show, of the demo that `npm start` runs. */
const TARGET = join(import.meta.dirname, '../../../docs/pictures')

const demo = await readDemo()

/** The newest run of a task. */
async function lastRun(task: string): Promise<string> {
  const path = `/task/${task}/run?page_limit=1&status=succeeded`
  const { results } = await askDemo<{ results: { id: string }[] }>(demo, path)
  return results[0]?.id ?? ''
}

/** Runs whose revision is drawn: those of the demo's history name theirs. */
async function runsByWeight(): Promise<void> {
  const run = () =>
    askDemo(demo, `/task/${demo.tasks.sentiment}/run`, { task_input: { text: 'It is fine.' } })
  await Promise.all(Array.from({ length: 60 }, run))
}

const pages = {
  tasks: '/tasks',
  task: `/tasks/${demo.tasks.sentiment}`,
  edit: `/tasks/${demo.tasks.sentiment}/edit`,
  runs: '/runs',
  run: `/runs/${demo.tasks.photo}/${await lastRun(demo.tasks.photo)}`,
  playground: `/playground?task=${demo.tasks.sentiment}&run=${await lastRun(demo.tasks.sentiment)}`,
  reports: '/reports',
  verdict: `/tasks/${demo.tasks.sentiment}/verdict`,
}
const cleanups: (() => Promise<void> | void)[] = []
const browser = await startChromium({ after: (clean) => void cleanups.unshift(clean) })
try {
  await mkdir(TARGET, { recursive: true })
  const page = await browser.newPage()
  await openDemo(page, demo)
  for (const [name, address] of Object.entries(pages)) {
    if (name === 'verdict') await runsByWeight()
    await goTo(page, address)
    await page.waitForLoadState('networkidle')
    if (name === 'playground') {
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      await page.getByRole('button', { name: 'Close the message' }).click()
    }
    await takePicture(page, join(TARGET, `console-${name}.png`))
  }
} finally {
  for (const clean of cleanups) await clean()
}

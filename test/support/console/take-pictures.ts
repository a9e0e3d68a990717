import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { readConfig } from '../../../src/config.ts'
import { startChromium } from '../chromium.ts'
import { goTo } from './use-console.ts'

/** Takes the pictures of the console that the documents show, of the demo that `npm start` runs. */
const TARGET = join(import.meta.dirname, '../../../docs/pictures')

const { dataDir } = readConfig()
const demo = JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8'))
const headers = { authorization: `Bearer ${demo.token}` }
const project = `${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}`

/** The newest run of a task. */
async function lastRun(task: string): Promise<string> {
  const answer = await fetch(`${project}/task/${task}/run?page_limit=1&status=succeeded`, { headers })
  const { results } = (await answer.json()) as { results: { id: string }[] }
  return results[0]?.id ?? ''
}

const pages = {
  tasks: '/tasks',
  task: `/tasks/${demo.tasks.sentiment}`,
  edit: `/tasks/${demo.tasks.sentiment}/edit`,
  runs: '/runs',
  run: `/runs/${demo.tasks.photo}/${await lastRun(demo.tasks.photo)}`,
  playground: `/playground?task=${demo.tasks.sentiment}&run=${await lastRun(demo.tasks.sentiment)}`,
  reports: '/reports',
}
const cleanups: (() => Promise<void> | void)[] = []
const browser = await startChromium({ after: (clean) => void cleanups.unshift(clean) })
try {
  await mkdir(TARGET, { recursive: true })
  const page = await browser.newPage()
  await page.setViewportSize({ width: 1200, height: 720 })
  await page.goto(`${demo.url}/console/#key=${demo.token}`)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  for (const [name, address] of Object.entries(pages)) {
    await goTo(page, address)
    await page.waitForLoadState('networkidle')
    if (name === 'playground') {
      await page.keyboard.press('Control+Enter')
      await page.getByText('All columns are done.').waitFor()
      await page.getByRole('button', { name: 'Close the message' }).click()
    }
    // As a palette: a screen has few colours, and the files stay in the repository.
    await sharp(await page.screenshot())
      .png({ palette: true, colours: 64 })
      .toFile(join(TARGET, `console-${name}.png`))
  }
} finally {
  for (const clean of cleanups) await clean()
}

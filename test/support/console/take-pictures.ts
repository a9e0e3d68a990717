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
const answer = await fetch(`${project}/task/${demo.tasks.photo}/run?page_limit=1`, { headers })
const runs = (await answer.json()) as { results: { id: string }[] }

const pages = {
  tasks: '/tasks',
  task: `/tasks/${demo.tasks.sentiment}`,
  edit: `/tasks/${demo.tasks.sentiment}/edit`,
  runs: '/runs',
  run: `/runs/${demo.tasks.photo}/${runs.results[0]?.id}`,
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
    // As a palette: a screen has few colours, and the files stay in the repository.
    await sharp(await page.screenshot())
      .png({ palette: true, colours: 64 })
      .toFile(join(TARGET, `console-${name}.png`))
  }
} finally {
  for (const clean of cleanups) await clean()
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { readConfig } from '../../../src/config.ts'

/** What `npm start` runs, as it wrote it down. */
export interface Demo {
  readonly url: string
  readonly token: string
  readonly org_id: string
  readonly project_id: string
  readonly tasks: Readonly<Record<'sentiment' | 'photo' | 'summary', string>>
}

export async function readDemo(): Promise<Demo> {
  return JSON.parse(await readFile(join(readConfig().dataDir, 'dev.json'), 'utf8'))
}

/** Calls the API of the demo's project. A body is sent as JSON; without one it is a GET. */
export async function askDemo<T>(demo: Demo, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${demo.url}/api/v1/org/${demo.org_id}/project/${demo.project_id}${path}`, {
    headers: { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Opens the demo's console, signed in, in the size of the pictures. */
export async function openDemo(page: Page, demo: Demo): Promise<void> {
  await page.setViewportSize({ width: 1200, height: 720 })
  await page.goto(`${demo.url}/console/#key=${demo.token}`)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

/** Takes a picture of what is to be seen. As a palette: a screen has few colours, and the files stay in the repository. */
export async function takePicture(page: Page, file: string): Promise<void> {
  await sharp(await page.screenshot())
    .png({ palette: true, colours: 64 })
    .toFile(file)
}

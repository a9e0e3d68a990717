import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { findProgram } from './programs/chromium.ts'
import { type Told, tellIfFailed, watchPage } from './tell-of-failure.ts'

/** Without these it looks up hosts of its maker at every start. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Longer than any state takes to come on a busy machine, and shorter than the time limit of a slow test. */
const PATIENCE_MS = 200_000

/**
 * A Chromium without a window and with an empty profile: the one on the PATH, else Debian's, fetched once. Where it is of a
 * test that fails, it is told how its pages stood.
 */
export async function startChromium(t: Told): Promise<BrowserContext> {
  const { command, env } = await findProgram()
  const profile = await mkdtemp(join(tmpdir(), 'splitrun-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: command,
    headless: true,
    args: QUIET,
    env: { ...(process.env as Record<string, string>), ...(env as Record<string, string>) },
  })
  context.setDefaultTimeout(PATIENCE_MS)
  context.on('page', watchPage)
  t.after(async () => {
    for (const page of context.pages()) await tellIfFailed(t, page)
    await context.close()
    await rm(profile, { recursive: true, force: true })
  })
  return context
}

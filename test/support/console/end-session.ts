import type { Page } from 'playwright-core'
import { comeBack } from './come-back.ts'

/** Has the session of a page end by itself, and signs in again where it stands. */
export async function endSession(page: Page, key: string): Promise<void> {
  await page.context().clearCookies()
  await comeBack(page)
  await page.getByText('The session has ended').waitFor()
  await page.getByLabel(/^A key/).fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

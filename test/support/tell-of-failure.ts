import type { Page, Request } from 'playwright-core'
import type { Cleanup } from './system.ts'

/** A test. Nothing is told of one that cannot say whether it passed. */
export interface Told extends Cleanup {
  readonly passed?: boolean
  diagnostic?(text: string): void
}

const MOST_CALLS = 40
const MOST_MESSAGES = 20
const MOST_OF_A_LINE = 300
const MOST_OF_THE_PAGE = 6_000
/** A page that hangs says nothing. */
const PATIENCE_MS = 5_000

interface Call {
  readonly request: Request
  readonly began: number
  state: string
}

const tellings = new WeakMap<Page, () => Promise<string>>()

/** Notes from now on what a page asks for and says. */
export function watchPage(page: Page): void {
  const calls: Call[] = []
  const messages: string[] = []
  const add = <T>(list: T[], each: T, most: number) => {
    list.push(each)
    if (list.length > most) list.shift()
  }
  const note = (request: Request, state: string) => {
    const call = calls.find((each) => each.request === request)
    if (call) call.state = `${state} after ${passedSince(call)}`
  }
  page.on('request', (request) => add(calls, { request, began: performance.now(), state: '' }, MOST_CALLS))
  page.on('response', (response) => note(response.request(), `${response.status()}, still being read,`))
  page.on('requestfinished', (request) => {
    const call = calls.find((each) => each.request === request)
    if (call) call.state = call.state.replace(', still being read,', '')
  })
  page.on('requestfailed', (request) => note(request, request.failure()?.errorText ?? 'failed'))
  page.on('console', (message) => add(messages, `${message.type()}: ${message.text()}`, MOST_MESSAGES))
  page.on('pageerror', (error) => add(messages, `error: ${error.stack}`, MOST_MESSAGES))
  page.on('crash', () => add(messages, 'the page crashed', MOST_MESSAGES))
  tellings.set(page, async () => {
    const [focus, snapshot] = await Promise.all([
      inTime(page.evaluate(describeFocus)),
      inTime(page.locator('body').ariaSnapshot({ timeout: PATIENCE_MS })),
    ])
    return [
      `The page stood at ${page.url()}, the focus ${focus}. The last that it asked for:`,
      ...calls.map((call) => {
        const state = call.state || `no answer for ${passedSince(call)}`
        return cut(`  ${call.request.method()} ${call.request.url()}: ${state}`, MOST_OF_A_LINE)
      }),
      'Its messages:',
      ...messages.map((message) => cut(`  ${message}`, MOST_OF_A_LINE)),
      'On it:',
      cut(snapshot, MOST_OF_THE_PAGE),
    ].join('\n')
  })
}

/** Tells how a watched page stands, where the test has failed by now. */
export async function tellIfFailed(t: Told, page: Page): Promise<void> {
  const tell = tellings.get(page)
  if (t.passed === false && tell) t.diagnostic?.(await tell())
}

/** Tells how a watched page stood when the test failed. Before what closes the page: that is done in the same order. */
export const tellOfFailure = (t: Told, page: Page): void => t.after(() => tellIfFailed(t, page))

const passedSince = ({ began }: Call): string => `${Math.round(performance.now() - began)} ms`

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)

async function inTime(telling: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, '(the page did not say in time)')
  })
  const told = await Promise.race([telling.catch((error: Error) => `(${error.message})`), late])
  clearTimeout(timer)
  return told
}

/** Runs in the page; what has the focus within an editor is in a tree of its own. */
function describeFocus(): string {
  const outer = document.activeElement
  const inner = outer?.shadowRoot?.activeElement ?? outer
  if (!inner) return 'nowhere'
  const { outerHTML, textContent } = inner
  return inner === document.body ? 'nowhere' : `at ${outerHTML.slice(0, 200)} (${textContent?.slice(0, 50)})`
}

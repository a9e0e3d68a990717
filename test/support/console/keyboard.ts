import type { Locator, Page } from 'playwright-core'
import { until } from '../system.ts'

/** What takes a hand at a mouse or a screen, or does what only a script can: put a value or the focus somewhere. */
const HANDS: ReadonlySet<string> = new Set([
  ...['mouse', 'touchscreen', 'click', 'dblclick', 'tap', 'hover', 'dragTo', 'dragAndDrop', 'dispatchEvent'],
  ...['check', 'uncheck', 'setChecked', 'fill', 'clear', 'selectOption', 'setInputFiles', 'selectText'],
  ...['focus', 'blur', 'press', 'type', 'pressSequentially'],
  // These bring things that are none of ours.
  ...[
    '$',
    '$$',
    'all',
    'elementHandle',
    'elementHandles',
    'evaluateHandle',
    'waitForSelector',
    'frameLocator',
  ],
])

/** Written to the browser's console where a page is touched all the same. */
export const TOUCHED = 'a journey by keyboard was touched'

/** Tells of a mouse in a page, whatever moved it. */
export const TELL_OF_TOUCH = `addEventListener('pointerdown', () => console.error(${JSON.stringify(TOUCHED)}), true)`

const isLocator = (value: unknown): value is Locator =>
  typeof value === 'object' && value !== null && value.constructor.name === 'Locator'

/**
 * A page, and whatever is found on it, for who has a keyboard only: what takes more throws. Its `keyboard` is all that
 * acts; `reach` goes where it is to act.
 */
export function withoutHands<T extends Page | Locator>(thing: T): T {
  return new Proxy(thing, {
    get(target, name) {
      if (typeof name === 'string' && HANDS.has(name)) {
        throw new Error(`A journey by keyboard has no "${name}": reach what is meant, and press keys.`)
      }
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, given)
        return isLocator(result) ? withoutHands(result) : result
      }
    },
  })
}

/** Runs in the page; an editor stands in a tree of its own, which knows what is active in it. */
const hasFocus = (element: Element): boolean =>
  (element.getRootNode() as Document | ShadowRoot).activeElement === element

/** Runs in the page: whether no dialog stands before it that has all keys, and it is not at work, in which it hears none. */
function takesKeys(element: Element): boolean {
  const root = element.getRootNode()
  const modal = [...document.querySelectorAll('dialog:modal')].at(-1)
  const isBefore = modal !== undefined && !modal.contains(root instanceof ShadowRoot ? root.host : element)
  return !isBefore && element.getAttribute('aria-busy') !== 'true'
}

/** Runs in the page: how many options further down the first one with these words stands; null where there is none. */
function wayTo(element: Element, words: string): number | null {
  const { options, selectedIndex } = element as HTMLSelectElement
  const at = [...options].findIndex(({ text }) => text.startsWith(words))
  return at < 0 ? null : at - selectedIndex
}

/** Further away than this is no way for a person. */
const MOST_STEPS = 120

/** Goes to something by the Tab key, as far as that is, once it takes keys. */
export async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  await until(() => target.evaluate(takesKeys))
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if (await target.evaluate(hasFocus)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${MOST_STEPS} times the Tab key do not lead to ${target}`)
}

/** Runs in the page: notes whether the next key comes here. */
function listenForKey(element: Element): void {
  Object.assign(window, { keyCame: false })
  element.addEventListener('keydown', () => Object.assign(window, { keyCame: true }), { once: true })
}

/**
 * Goes to something and presses a key there.
 * @throws where the focus leaves it in between: the page has taken it from whoever was about to press the key
 */
export async function pressAt(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await reach(page, target)
  await target.evaluate(listenForKey)
  await page.keyboard.press(key)
  // Another document, where the key has led to one, has noted nothing.
  const came = await page.evaluate<boolean | undefined>('window.keyCame').catch(() => undefined)
  if (came === false) throw new Error(`the focus had left ${target} when the key came`)
}

/** Goes to a field and types into it, in place of what is there. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await reach(page, field)
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
}

/** Goes to a list that one is chosen of, and by the arrow keys to the one that begins with these words, once it is there. */
export async function choose(page: Page, list: Locator, words: string): Promise<void> {
  await reach(page, list)
  const way = () => list.evaluate(wayTo, words)
  await until(async () => {
    const steps = await way()
    if (steps === 0) return true
    if (!(await list.evaluate(hasFocus))) throw new Error(`${list} has lost the focus while one chose`)
    if (steps === null) return false
    await page.keyboard.press(steps > 0 ? 'ArrowDown' : 'ArrowUp')
    // What is chosen may stand in the address, and comes from there.
    await until(async () => (await way()) !== steps)
    return false
  })
}

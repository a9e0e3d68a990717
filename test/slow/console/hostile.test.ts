import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Page } from 'playwright-core'
import { goTo, useConsole } from '../../support/console/use-console.ts'
import { chatCompletion, startRecordedServer } from '../../support/recorded-server.ts'
import type { Cleanup } from '../../support/system.ts'

/** What a caller, a model or a colleague may write wherever there is room for text. */
const MARKUP =
  '<img src=x onerror="window.owned=1"><script>window.owned=1</script><a href="javascript:window.owned=1">tea</a>' +
  '<svg onload="window.owned=1"></svg>![x](javascript:window.owned=1) [y](javascript:window.owned=1) {{7*7}} ${7*7}'
/** Where a filter has a name of its own, and where code is written down. */
const NAMES = [
  '\'"><b>bold</b>',
  '__proto__',
  'constructor',
  '../../x?y#z',
  '\u202egnp.exe',
  '$(touch owned)`id`',
]

/** So deep that a page that shows all of it has no stack left. */
function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let each = 0; each < depth; each += 1) value = each % 2 ? [value] : { inner: value }
  return value
}

/** Nothing of a page was made by what was written: no script ran, no element and no link of it is there. */
async function checkText(page: Page, where: string): Promise<void> {
  const found = await page.evaluate(`({
    owned: window.owned === undefined,
    made: document.querySelectorAll('main :is(script, iframe, b), img[src="x"], [onerror], [onload]').length,
    links: [...document.querySelectorAll('a')].map((link) => link.protocol).filter((each) => !/^https?:$/.test(each)),
    prototype: Object.keys(Object.prototype),
  })`)
  assert.deepEqual(found, { owned: true, made: 0, links: [], prototype: [] }, where)
}

describe('what others have written', () => {
  const { journey } = useConsole(async (t: Cleanup) => {
    const server = await startRecordedServer(t, ({ body }) => {
      if (JSON.stringify(body).includes('refuse'))
        return { status: 400, body: { error: { message: MARKUP } } }
      const answer = { ...Object.fromEntries(NAMES.map((name) => [name, MARKUP])), said: MARKUP }
      return { body: chatCompletion(JSON.stringify(answer)) }
    })
    const folder = await mkdtemp(join(tmpdir(), 'splitrun-hostile-'))
    t.after(() => rm(folder, { recursive: true }))
    const file = join(folder, 'models.json')
    const servers = { hostile: { base_url: server.url } }
    const models = [{ name: 'hostile', server: 'hostile', supports_vision: true }]
    await writeFile(file, JSON.stringify({ servers, models }))
    return { env: { SPLITRUN_MODELS_FILE: file } }
  })

  journey('all of it is text on every page, and no page breaks over it', async (t, { open, system, url }) => {
    const task = await system.createTask({
      ...{ name: 'Hostile', description: MARKUP, annotation: MARKUP, llm_model_id: 'hostile' },
      ...{ system_prompt: MARKUP, user_prompt: `${MARKUP} {text}`, output_format: { said: 'string' } },
    })
    const { body: changed } = await system.call('POST', `/task/${task}`, {
      ...{ user_prompt: `${MARKUP} twice {text}`, annotation: NAMES.join(' '), weight: 1 },
    })
    const [right, left] = changed.revisions.map(({ id }: { id: string }) => id)
    const group = encodeURIComponent(MARKUP.slice(0, 60))
    const started = await system.call(
      'POST',
      `/task/${task}/run?revision_id=${right}&reporting_group=${group}`,
      {
        task_input: { text: MARKUP, deep: nested(40) },
        reference: 'javascript:window.owned=1',
      },
    )
    const run = started.body
    assert.equal(typeof run.id, 'string', JSON.stringify(run))
    const failed = (await system.call('POST', `/task/${task}/run`, { task_input: { text: 'refuse' } })).body
    const page = await open(t)
    const search = new URLSearchParams({
      reference: MARKUP,
      status: MARKUP,
      start_date: NAMES.join(),
      x: MARKUP,
    })
    for (const address of [
      ...[
        '/tasks',
        `/tasks/${task}`,
        `/tasks/${task}/edit`,
        `/tasks/${task}/compare?left=${left}&right=${right}`,
      ],
      ...[`/runs?task=${task}`, `/runs?${search}`, '/runs?__proto__=x&constructor=y'],
      ...[`/runs/${task}/${run.id}`, `/runs/${task}/${failed.id}`],
      ...[`/playground?task=${task}&run=${run.id}`, `/playground?task=${encodeURIComponent(MARKUP)}`],
      ...[
        `/reports?reporting_group=${group}`,
        `/tasks/${encodeURIComponent('../../x')}`,
        `/${encodeURIComponent(MARKUP)}`,
      ],
    ]) {
      await goTo(page, address)
      await page.waitForLoadState('networkidle')
      await checkText(page, address)
    }
    await goTo(page, `/runs/${task}/${run.id}`)
    await page.getByText(MARKUP, { exact: true }).first().waitFor()
    await page.keyboard.press('Control+K')
    await page.getByRole('menuitem').first().waitFor()
    await checkText(page, 'the palette')
    await page.keyboard.press('Escape')
    assert.ok((await page.title()).includes('Splitrun') && page.url().startsWith(url))
  })
})

import type { createClient as Create, SplitrunError } from '../../client/src/index.ts'

/** The client, as whoever imports it has it. */
interface Imported {
  readonly createClient: typeof Create
  readonly SplitrunError: typeof SplitrunError
}

/** What the suite needs of a server. */
export interface Served {
  readonly baseUrl: string
  readonly token: string
  /** Ids of a task that answers with text, and of one that needs an image. */
  readonly text: string
  readonly photo: string
  /** A JPEG, in base64. */
  readonly image: string
}

/** What it comes to wherever it runs. */
export const PASSED = {
  ...{ run: 'succeeded', waited: 'succeeded', ended: true, same: true, streamed: true, resumed: true },
  ...{ listed: 4, refused: 'INVALID_REQUEST', unknown: 'TASK_NOT_FOUND', aborted: 'AbortError' },
  ...{ file: 'image/jpeg', named: true },
}

/**
 * What the client does, once over. It is taken as text to where it runs, in other versions of Node and in a browser: all
 * that it uses is what it is given, and what all of them have.
 */
async function suite({ createClient, SplitrunError }: Imported, served: Served): Promise<object> {
  const { baseUrl, token, text, photo, image } = served
  const client = createClient({ baseUrl, token })
  const task = client.task(text, { format: 'text' })
  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => 'it succeeded',
      (error) => (error instanceof SplitrunError ? error.reason : error.name),
    )

  const { output, run } = await task.run({ text: 'tea' })
  const key = `${run.id}-again`
  const handle = await task.submit({ text: 'tea' }, { idempotencyKey: key })
  const again = await task.submit({ text: 'tea' }, { idempotencyKey: key })
  const waited = await task.attach(handle.id).wait()
  const ended = await (await task.submit({ text: 'tea' })).cancel()

  let heard = ''
  let id: string | null = null
  const stream = task.stream({ text: 'tea' })
  for await (const event of stream) {
    if (event.type === 'output.delta') heard += event.text
    if ('eventId' in event) id = event.eventId ?? id
  }
  const whole = await stream.result()
  const rest = task.attach(whole.run.id).stream()

  let listed = 0
  for await (const each of client.runs.list({ task_id: text, page_limit: 2 })) listed += each.id ? 1 : 0

  const leaving = new AbortController()
  leaving.abort()
  const bytes = Uint8Array.from(atob(image), (each) => each.charCodeAt(0))
  const seen = await client.task(photo).run({}, { files: [new Blob([bytes], { type: 'image/jpeg' })] })
  const file = await client
    .task(photo)
    .attach(seen.run.id)
    .file(seen.run.files[0] ?? '')

  return {
    ...{ run: run.status, waited: waited.run.status, ended: ended.done, same: handle.id === again.id },
    streamed: heard === whole.output && output.length > 0,
    resumed: (await rest.result()).output === whole.output && id !== null,
    listed,
    refused: await reasonOf(task.run({})),
    unknown: await reasonOf(client.task('00000000-0000-4000-8000-000000000000').run({})),
    aborted: await reasonOf(task.run({ text: 'tea' }, { signal: leaving.signal })),
    file: file.type,
    named: (await client.tasks.get(text)).task.id === text,
  }
}

/** As an expression of JavaScript: a promise of what the suite comes to. @param imported an expression for the module */
export const suiteIn = (imported: string, served: Served): string =>
  `(${imported}).then((module) => (${suite})(module, ${JSON.stringify(served)}))`

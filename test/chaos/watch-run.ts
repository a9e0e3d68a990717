import { readWithCuts } from '../live-cuts/cut-reader.ts'
import type { Call, CallerOptions } from './caller.ts'
import type { Dice } from './dice.ts'

/** Bytes of a stream before its reader is cut off, in the calls of a reader that is. */
const CUT_AFTER = [50, 4000] as const

/**
 * Starts a run of the task whose path the call has, as one who watches it, and follows it to its end: over broken connections, at any process, by the last
 * event that it saw. The last event must be the run as it is stored, and a text what its pieces come to.
 */
export async function watchRun(options: CallerOptions, call: Call, dice: Dice): Promise<void> {
  const { fleet, project, token, sightings, signal } = options
  const reading = await readWithCuts({
    urls: () => fleet.apis.flatMap((api) => api.url() ?? []),
    ...{ task: `${project}${call.path}`, token, body: JSON.stringify(call.body) },
    key: call.headers?.['idempotency-key'] ?? '',
    ...{ form: 'text', dice, retryMs: 100, signal },
    cutAfter: dice.between(0, 2) < 1 ? CUT_AFTER : null,
  })
  const { end, text, wrong, id } = reading
  sightings.unexpected.push(...wrong.map((problem) => `watching ${id}: ${problem}`))
  if (!end) {
    sightings.hung.push(`watching ${id}`)
    return
  }
  sightings.watched += 1
  sightings.answers.push({ status: 200, id: end.id, run: end })
  if (typeof end.response === 'string' && end.response !== text) {
    sightings.unexpected.push(`watching ${id}: the pieces are ${JSON.stringify(text)}`)
  }
}

import type { Model } from '../model.ts'
import { apiOf } from '../protocol/api-of.ts'
import { ServerUnreachable } from '../servers/call-server.ts'
import { findListed, listServedModels, NotListed } from '../servers/list-served-models.ts'
import { fixOf } from './fix-of.ts'
import { CHECKS, type ModelCheck } from './model-check.ts'
import { type Probe, probe } from './probe-model.ts'

type Tried = 'vision' | 'pdf' | 'audio' | 'image_output' | 'audio_output'

/**
 * Tries a model out with a few small requests: whether its server can be reached and takes the key, and whether the model
 * does what the configuration says of it. They cost a few tokens, and for a model that makes images or recordings one of
 * these.
 */
export async function checkModel(model: Model, signal: AbortSignal): Promise<ModelCheck[]> {
  const checks: ModelCheck[] = []
  const add = (check: ModelCheck['check'], result: ModelCheck['result'], detail: string, status?: number) =>
    checks.push({ check, result, detail, fix: result === 'failed' ? fixOf(check, model, status) : null })
  const skipFrom = (from: ModelCheck['check'], why: string) => {
    for (const check of CHECKS.slice(CHECKS.indexOf(from))) add(check, 'skipped', why)
    return checks
  }

  try {
    const listed = await listServedModels(model.server, signal)
    add('reachable', 'ok', `it lists ${listed.length} models`)
    add('key', 'ok', model.server.apiKey ? 'taken' : 'none is sent')
    const found = findListed(listed, model)
    if (found) add('listed', 'ok', found.shutdownDate ? `until ${found.shutdownDate.slice(0, 10)}` : 'yes')
    else add('listed', 'failed', `it lists no ${model.upstreamName}`)
  } catch (error) {
    if (error instanceof ServerUnreachable) {
      add('reachable', 'failed', error.message)
      return skipFrom('key', 'the server cannot be reached')
    }
    if (!(error instanceof NotListed)) throw error
    add('reachable', 'ok', 'it answers')
    if (error.status === 401 || error.status === 403) {
      add('key', 'failed', error.message, error.status)
      return skipFrom('listed', 'the key is not taken')
    }
    add('key', 'skipped', 'the server lists no models, which would show it')
    add('listed', 'skipped', error.message)
  }

  const show = (check: ModelCheck['check'], { ok, detail, status }: Probe) =>
    add(check, ok ? 'ok' : 'failed', detail, status)
  const tryOut = async (check: Tried, can: boolean | undefined, without: string) =>
    can ? show(check, await probe(model, check, signal)) : add(check, 'skipped', without)
  const tryOutputs = async () => {
    await tryOut('image_output', model.supportsImageOutput, 'the configuration says that it makes no images')
    await tryOut('audio_output', model.supportsAudioOutput, 'the configuration says that it does not speak')
  }
  if (model.api === 'images' || model.api === 'speech') {
    const only = 'it makes nothing but files'
    for (const check of ['text', 'schema', 'vision', 'pdf', 'audio'] as const) add(check, 'skipped', only)
    await tryOutputs()
    for (const check of ['streaming', 'usage'] as const) add(check, 'skipped', only)
    return checks
  }
  const text = await probe(model, 'text', signal)
  add('text', text.ok ? 'ok' : 'failed', text.detail, text.status)
  if (!text.ok) return skipFrom('schema', 'it gives no text')
  if (model.output === 'none') add('schema', 'skipped', 'it is asked for JSON in words only')
  else show('schema', await probe(model, 'schema', signal))
  await tryOut('vision', model.supportsVision, 'the configuration says that it sees no images')
  await tryOut('pdf', model.supportsPdf, 'it is sent the text of documents')
  await tryOut('audio', model.supportsAudio, 'the configuration says that it hears no recordings')
  await tryOutputs()
  show('streaming', await probe(model, 'streaming', signal))
  const counted = text.usage ? `${text.usage.input} in, ${text.usage.output} out` : 'no tokens are reported'
  add('usage', text.usage ? 'ok' : 'failed', `${counted} (${apiOf(model).path})`)
  return checks
}

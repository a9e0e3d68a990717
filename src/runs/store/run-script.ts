import { loadScript, type Script, type ScriptFamily } from '../../platform/redis/script.ts'
import { SHARD_LAYOUT } from './run-keys.ts'

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)

/** Scripts that move runs and their jobs. */
const MOVING: ScriptFamily = {
  layout: SHARD_LAYOUT,
  prefix: 'KEYS[1]',
  shared: [new URL('../../queue/bullmq-jobs.lua', import.meta.url), file('send'), file('shared')],
}

/** Scripts that only change a run's own record. */
const WRITING: ScriptFamily = { ...MOVING, shared: [file('send')] }

/**
 * A script that moves runs from one state to another, with their jobs. Its key is the prefix of the shard's keys.
 * @param also names of `.lua` files whose functions it uses, too
 */
export const movingScript = (name: string, ...also: string[]): Script => scriptOf(MOVING, name, also)

/** A script that does not change the state of a run. Its key is the prefix of the shard's keys. */
export const writingScript = (name: string, ...also: string[]): Script => scriptOf(WRITING, name, also)

const scriptOf = (family: ScriptFamily, name: string, also: readonly string[]): Script =>
  loadScript(file(name), { ...family, shared: [...family.shared, ...also.map(file)] })

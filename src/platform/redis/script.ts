import { readFileSync } from 'node:fs'
import { type KeyLayout, luaKeysOf } from './key-layout.ts'
import type { Redis } from './redis.ts'

/** A Lua script that Redis runs as one atomic step. */
export type Script = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>

/** What the scripts of one store share. */
export interface ScriptFamily {
  readonly layout: KeyLayout
  /** The Lua expression that a script makes its keys behind. */
  readonly prefix: string
  /** `.lua` files whose functions stand before the script, in this order. */
  readonly shared: readonly URL[]
}

/**
 * Loads a script from a `.lua` file. It is sent by its hash, and whole only when Redis does not know it (`NOSCRIPT`),
 * which ioredis does by itself. Those of a family have its keys as the table `key`.
 */
export function loadScript(file: URL, family?: ScriptFamily): Script {
  const read = (each: URL) => readFileSync(each, 'utf8')
  const script = read(file)
  const body = `${usedOf((family?.shared ?? []).map(read).join('\n'), script)}\n${script}`
  const lua = family ? luaKeysOf(family.layout, family.prefix, body) + body : body
  const name = `splitrun:${file.pathname.split('/').slice(-3).join('/')}`
  return (redis, keys, args) => {
    const commands = redis as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>
    if (!commands[name]) redis.defineCommand(name, { lua })
    const command = commands[name] as (...all: unknown[]) => Promise<unknown>
    const declared = family && redis.isCluster ? [...keys, absentBeside(keys[0] ?? '')] : keys
    return command.call(redis, declared.length, ...declared, ...args)
  }
}

/** A function of a file: on one line, or up to an `end` that is not indented. */
const FUNCTION = /^local function (\w+)(?:.* end$|[\s\S]*?^end$)/gm

/**
 * Shared Lua without the functions that neither the script uses nor those that it does: Redis makes all of them anew each
 * time that it executes the script. A function uses only those before it, so the last is looked at first.
 */
export function usedOf(shared: string, script: string): string {
  let used = script
  let text = shared
  for (const { 0: whole, 1: name, index } of [...shared.matchAll(FUNCTION)].reverse()) {
    if (new RegExp(`\\b${name}\\b`).test(used)) used += whole
    else text = text.slice(0, index) + text.slice(index + whole.length)
  }
  return text
}

/**
 * A key in the same slot that never exists, for the scripts of a family, which make most of their keys themselves. While
 * a slot is moved to another node, that node executes what has only keys that it got, or a single one, as if the rest
 * of them did not exist; but with one key that is missing beside another, it refuses with TRYAGAIN until it has the slot.
 */
const absentBeside = (key: string): string => `${/^[^{]*\{[^}]+\}/.exec(key)?.[0] ?? `{${key}}`}:absent`

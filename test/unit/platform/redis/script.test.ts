import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { usedOf } from '../../../../src/platform/redis/script.ts'

const SHARED = `local call = redis.call
local function low(x) return call('GET', x) end
local function middle(x)
  local function inner() return low(x) end
  return inner()
end
-- Of nobody's.
local function other(x)
  return middle(x)
end
local LIMIT = 3
`
const definedIn = (lua: string): (string | undefined)[] =>
  [...lua.matchAll(/^local (?:function )?(\w+)/gm)].map(([, name]) => name)

test('a script gets the shared functions that it uses, those that these use, and all that is no function', () => {
  const all = ['call', 'low', 'middle', 'other', 'LIMIT']
  assert.deepEqual(definedIn(usedOf(SHARED, 'return other(1)')), all)
  assert.deepEqual(definedIn(usedOf(SHARED, 'return middle(1)')), ['call', 'low', 'middle', 'LIMIT'])
  assert.deepEqual(definedIn(usedOf(SHARED, 'return low(LIMIT)')), ['call', 'low', 'LIMIT'])
  assert.deepEqual(definedIn(usedOf(SHARED, 'return lowest(1)')), ['call', 'LIMIT'])
  assert.equal(usedOf(SHARED, 'return other(1)'), SHARED)
})

test('of each function that scripts of runs share, all is left out where it is not used', () => {
  const shared = ['../../../../src/queue/', '../../../../src/runs/store/scripts/'].flatMap((folder) => {
    const files = readdirSync(new URL(folder, import.meta.url)).filter((name) =>
      /^(bullmq-jobs|shared)\.lua$/.test(name),
    )
    return files.map((name) => readFileSync(new URL(folder + name, import.meta.url), 'utf8'))
  })
  assert.equal(shared.length, 2)
  for (const lua of shared) {
    const left = usedOf(lua, 'return 1').replaceAll(/^--.*\n/gm, '')
    assert.doesNotMatch(left, /\b(function|end|return)\b/)
  }
})

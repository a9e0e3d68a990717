import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asker, createTurns } from '../../../src/platform/turns.ts'

const of = (owner: string, signal = new AbortController().signal): Asker => ({ owner, signal })

/** Works that end when they are told, and the order in which they began. */
function works() {
  const began: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const gateOf = (name: string) => {
    const gate = gates.get(name) ?? Promise.withResolvers<void>()
    gates.set(name, gate)
    return gate
  }
  const work = (name: string) => async () => {
    began.push(name)
    await gateOf(name).promise
    return name
  }
  return { began, work, end: (name: string) => gateOf(name).resolve() }
}

test('at most so many works are done at a time; owners take turns, and those of one owner keep their order', async () => {
  const turns = createTurns(2)
  const { began, work, end } = works()
  const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']
  const done = new Map(names.map((name) => [name, turns.take(of(name.charAt(0)), work(name))]))
  const order = ['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2']
  for (const [ended, name] of order.entries()) {
    assert.ok(began.length <= ended + 2, `${began} after ${ended} have ended`)
    end(name)
    await done.get(name)
  }
  assert.deepEqual(began, order)
})

test('who stops waiting is told at once, begins nothing, and takes no turn of others', async () => {
  const turns = createTurns(1)
  const { began, work, end } = works()
  const first = turns.take(of('a'), work('first'))
  const stopping = new AbortController()
  const stopped = turns.take(of('a', stopping.signal), work('stopped'))
  const last = turns.take(of('a'), work('last'))
  stopping.abort('cancelled')
  await assert.rejects(stopped, (reason) => reason === 'cancelled')
  await assert.rejects(turns.take(of('b', stopping.signal), work('late')), (reason) => reason === 'cancelled')
  end('first')
  await first
  end('last')
  assert.equal(await last, 'last')
  assert.deepEqual(began, ['first', 'last'])
})

test('a work that fails, or whose signal fires while it is done, gives its place back when it ends', async () => {
  const turns = createTurns(1)
  await assert.rejects(
    turns.take(of('a'), () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  const { began, work, end } = works()
  const stopping = new AbortController()
  const first = turns.take(of('a', stopping.signal), work('first'))
  const next = turns.take(of('b'), work('next'))
  stopping.abort()
  end('first')
  assert.equal(await first, 'first')
  end('next')
  await next
  assert.deepEqual(began, ['first', 'next'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../../src/platform/ids.ts'
import { cutPieces, type PlannedTask } from '../../../../src/tasks/archive/import-pieces.ts'
import { createTag, expectTag, saveTask, type TagWrite } from '../../../../src/tasks/archive/import-write.ts'
import { toRevision } from '../../../../src/tasks/build-revision.ts'
import { archivedTask } from '../../../support/archives.ts'
import fc from '../../../support/fast-check.ts'

const LARGEST = 262_144
const MOST = 100

function aTag(create: boolean, at: number): TagWrite {
  const time = '2026-01-15T09:00:00.000Z'
  const tag = { id: newId(), name: `tag${at}`, parent_id: null, created: time, modified: time }
  return create ? createTag('task', tag) : expectTag('task', tag)
}

function planned(length: number | null, tag: TagWrite | undefined): PlannedTask {
  const task = archivedTask({}, { system_prompt: 'x'.repeat(length ?? 1) })
  if (tag) task.tags = [tag.id]
  const place = ['tasks', 0]
  if (length === null) return { task, place, outcome: 'unchanged', revisions: 0, write: null }
  const added = task.revisions.map((revision) => toRevision(task, revision))
  const write = saveTask({ org: newId(), project: newId(), by: 'test' }, task, added, null)
  return { task, place, outcome: 'created', revisions: added.length, write }
}

test('pieces hold everything once, in order, and none is larger than what one step may be', () => {
  const lengths = fc.array(fc.option(fc.integer({ min: 1, max: 300_000 }), { nil: null }), { maxLength: 30 })
  const many = fc.integer({ min: 0, max: 300 })
  const tags = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(lengths, many, tags, (large, small, kinds) => {
      const allTags = kinds.map(aTag)
      const sizes = [...large, ...Array.from({ length: small }, () => 10)]
      const tasks = sizes.map((length, at) => planned(length, allTags[at % (allTags.length * 2)]))
      const pieces = cutPieces(allTags, tasks)
      assert.deepEqual(
        pieces.flatMap((piece) => piece.tasks),
        tasks,
      )
      const made = pieces.flatMap(({ write }) => write.tags.filter(({ create }) => create))
      assert.deepEqual(
        made,
        allTags.filter(({ create }) => create),
      )
      const there = new Set(allTags.filter(({ create }) => !create).map(({ id }) => id))
      for (const { write, tasks: own, tagsCreated } of pieces) {
        const created = write.tags.filter(({ create }) => create)
        assert.equal(tagsCreated, created.length)
        assert.ok(own.length + created.length <= MOST)
        const texts = [...created, ...write.tasks, ...write.tasks.flatMap((task) => task.revisions)]
        const characters = texts.reduce((sum, { json }) => sum + json.length, 0)
        // One task alone may be as large as it is.
        assert.ok(characters <= LARGEST || write.tasks.length + created.length === 1)
        // What a task relies on is there, or made in the same step or before.
        for (const { id } of created) there.add(id)
        const named = new Set(write.tags.map(({ id }) => id))
        for (const [, tag] of write.tasks.flatMap((task) => task.tags_added)) {
          assert.ok(there.has(tag) && named.has(tag))
        }
      }
    }),
    { numRuns: 20 },
  )
})

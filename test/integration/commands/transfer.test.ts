import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { runHere } from '../../support/command-line.ts'
import { runCommand, settingsOf } from '../../support/processes.ts'
import { useSystem } from '../../support/system.ts'

describe('splitrun export and splitrun import', () => {
  const running = useSystem({ workers: 0 })
  const splitrun = (args: readonly string[], stdin = '') =>
    runHere(args, { env: settingsOf(running()), stdin })

  test('write what is read back unchanged, into the same ids or onto another project', async () => {
    const { core, createTask, createProject } = running()
    await createTask({ name: 'moved', description: 'ünï ☂' })
    const other = (await createProject()).project.split('/').at(-1) ?? ''
    const exported = await splitrun(['export'])
    assert.deepEqual([exported.code, exported.stderr], [0, ''])
    const { splitrun_export, projects } = JSON.parse(exported.stdout)
    const full = projects.filter(({ tasks }: { tasks: unknown[] }) => tasks.length > 0)
    assert.deepEqual([projects.length, full.length, full[0].tasks[0].description], [2, 1, 'ünï ☂'])

    const one = join(core.config.dataDir, 'one.json')
    await writeFile(one, JSON.stringify({ splitrun_export, projects: full }))
    const [again, onto] = await Promise.all([
      splitrun(['import', '-'], exported.stdout),
      splitrun(['import', one, '--project', other]),
    ])
    assert.deepEqual([again.code, JSON.parse(again.stdout).changed], [0, false])
    assert.deepEqual([onto.code, JSON.parse(onto.stdout).projects[0].tasks.created], [0, 1])
  })

  test('read a file behind a byte order mark, and none whose bytes are another text in UTF-8', async () => {
    const { core, createTask } = running()
    await createTask({ name: 'marked', description: 'ünï' })
    const { stdout } = await splitrun(['export'])
    const file = join(core.config.dataDir, 'marked.json')
    await writeFile(file, `\ufeff${stdout}`)
    assert.equal((await splitrun(['import', file])).code, 0)
    await writeFile(file, '[]')
    assert.match((await splitrun(['import', file])).stderr, /^splitrun: the file: .*expected object/)
    for (const encoding of ['latin1', 'utf16le'] as const) {
      await writeFile(file, `\ufeff${stdout}`, encoding)
      const { code, stdout: none, stderr } = await splitrun(['import', file])
      assert.deepEqual([code, none], [1, ''])
      assert.match(stderr, /marked\.json is not JSON: it is not text in UTF-8\n$/)
    }
  })

  test('say line by line what is in the way, with its place, and fail', async () => {
    const { core, createTask, project } = running()
    const task = await createTask()
    const id = project.split('/').at(-1) ?? ''
    const archive = JSON.parse((await splitrun(['export', '--project', id, '--task', task])).stdout)
    const [moved] = archive.projects[0].tasks
    const write = async (name: string, change: object) => {
      const file = join(core.config.dataDir, name)
      const tasks = [{ ...moved, ...change }]
      await writeFile(file, JSON.stringify({ ...archive, projects: [{ ...archive.projects[0], tasks }] }))
      return file
    }
    const edited = await write('edited.json', { description: 'edited' })
    const invalid = await write('invalid.json', { name: 'a/b', description: 1 })
    const [conflict, refused, ...others] = await Promise.all([
      splitrun(['import', edited]),
      splitrun(['import', invalid]),
      splitrun(['export', '--project', newId()]),
      splitrun(['import', edited, '--project', newId()]),
      splitrun(['import', join(core.config.dataDir, 'none.json')]),
      splitrun(['import', core.config.dataDir]),
      splitrun(['import', '-'], '{"projects": '),
      splitrun(['import', '-'], ' '.repeat(core.config.importLimit + 1)),
    ])
    assert.match(conflict.stderr, /^projects\.0\.tasks\.0\.id: .*different here: description$/m)
    assert.match(refused.stderr, /projects\.0\.tasks\.0\.name: .*\nprojects\.0\.tasks\.0\.description: /)
    for (const { code, stdout, stderr } of [conflict, refused, ...others]) {
      assert.deepEqual([code, stdout], [1, ''])
      assert.ok(stderr.startsWith('splitrun: ') && !stderr.includes('\n    at '), stderr)
    }
    const replaced = await splitrun(['import', edited, '--replace'])
    assert.equal(JSON.parse(replaced.stdout).projects[0].tasks.updated, 1)
  })

  test('refuse options that do not go together', async () => {
    const { code, stdout, stderr } = await splitrun(['export', '--task', newId()])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /^splitrun: --task goes with exactly one --project\n/)
  })

  test('in a process of its own, writes the same', async () => {
    const exported = await runCommand(running(), ['export'])
    assert.deepEqual(exported, await splitrun(['export']))
  })
})

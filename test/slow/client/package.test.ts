import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { DEMO_TASKS } from '../../../src/commands/dev/demo.ts'
import { PASSED, suiteIn } from '../../support/client-suite.ts'
import { type Block, blocksOf, ROOT } from '../../support/documents.ts'
import { packClient } from '../../support/pack-client.ts'
import { red } from '../../support/pictures.ts'
import { useSystem } from '../../support/system.ts'

const run = promisify(execFile)
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const TSCONFIG = {
  compilerOptions: {
    ...{
      target: 'es2022',
      lib: ['es2022'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
    },
    ...{ types: ['node'], skipLibCheck: false, rootDir: '.' },
  },
}

/** The blocks of a document as one module. */
function moduleOf(blocks: readonly Block[], url: string): string {
  const text = blocks.map((block) => block.text).join('\n')
  return text.replaceAll('http://127.0.0.1:3000', url)
}

/** The version of Node that a program is; null where it is none. */
const versionOf = (program: string) =>
  run(program, ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  )

describe('the packed client, installed in an empty folder', () => {
  const running = useSystem()
  let folder = ''
  const consume = (file: string, node = process.execPath) => {
    const { PATH = '' } = process.env
    return run(node, [file], { cwd: folder, env: { PATH, TOKEN: running().token } })
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'splitrun-consumer-'))
    const { tarball, files } = await packClient(folder)
    const kinds = new Set(files.map((path) => path.replace(/^dist\/.*?(\.d)?\.(js|ts)$/, 'dist/*$1.$2')))
    assert.deepEqual([...kinds].sort(), ['LICENSE', 'README.md', 'dist/*.d.ts', 'dist/*.js', 'package.json'])
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {
      cwd: folder,
    })
    // What the examples use beside it.
    await mkdir(join(folder, 'node_modules/@types'))
    for (const name of ['zod', '@types/node'])
      await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    await writeFile(join(folder, 'photo.jpg'), await red(8, 8).jpeg().toBuffer())
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('is what its documents say: their examples compile as they are, and run', async () => {
    for (const [name, fields] of Object.entries(DEMO_TASKS)) await running().createTask({ name, ...fields })
    const documents = ['client/README.md', 'docs/guides/typescript.md']
    for (const [at, document] of documents.entries()) {
      const blocks = blocksOf(document).filter(({ language }) => language === 'ts')
      assert.ok(blocks.length > 0, document)
      await writeFile(join(folder, `example-${at}.ts`), moduleOf(blocks, running().url))
    }
    await run(process.execPath, [TSC, '-p', folder], { cwd: folder }).catch((error) =>
      assert.fail(error.stdout),
    )
    for (const at of documents.keys()) {
      const { stdout } = await consume(`example-${at}.js`)
      assert.match(stdout, /positive|negative|neutral/)
    }
  })

  test('refuses what a format does not have, when it is compiled', async () => {
    const wrong = `
      import { createClient } from '@splitrun/client'
      const task = createClient({ baseUrl: '' }).task('x', { format: { mood: 'string' } })
      const { output } = await task.run({})
      output.other
      export const mood: number = output.mood
      createClient({ baseUrl: '' }).task('x', { format: { mood: 'strnig' } })`
    await writeFile(join(folder, 'wrong.ts'), wrong)
    const { stdout } = await run(process.execPath, [TSC, '--noEmit', '-p', folder]).then(
      () => assert.fail('it compiled'),
      (error: { stdout: string }) => error,
    )
    await rm(join(folder, 'wrong.ts'))
    const lines = [...stdout.matchAll(/\bwrong\.ts\((\d+),/g)].map(([, line]) => Number(line))
    assert.deepEqual([...new Set(lines)], [5, 6, 7], stdout)
  })

  test('runs as plain JavaScript, also in an older Node where there is one', async (t) => {
    const system = running()
    const photo = await system.createTask({ image_required: true, user_prompt: 'What is this?' })
    const image = (await red(8, 8).jpeg().toBuffer()).toString('base64')
    const others = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((path) => !path.includes('node_modules'))
    const versions = new Set<string>()
    for (const node of [process.execPath, ...others.map((path) => join(path, 'node'))]) {
      const version = await versionOf(node)
      if (!version || versions.has(version) || Number.parseInt(version.slice(1), 10) < 20) continue
      versions.add(version)
      const text = await system.createTask({ output_modality: 'text' })
      const served = { baseUrl: system.url, token: system.token, text, photo, image }
      const script = `console.log(JSON.stringify(await ${suiteIn(`import('@splitrun/client')`, served)}))`
      await writeFile(join(folder, 'plain.mjs'), script)
      assert.deepEqual(JSON.parse((await consume('plain.mjs', node)).stdout), PASSED, version)
    }
    t.diagnostic([...versions].join(' '))
  })
})

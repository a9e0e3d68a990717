import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { blocksOf, DOCUMENTS, ROOT } from '../support/documents.ts'
import { startProcess } from '../support/processes.ts'
import { lendRedisProgram } from '../support/redis.ts'
import { runBlocks } from '../support/run-document.ts'

/** What a reader has where the blocks are pasted: a checkout, in which `npm start` runs, and a photo. */
const CHECKOUT = ['package.json', 'node_modules', 'src', 'workers']

describe('every shell block of the documents runs as it is', { concurrency: 4 }, () => {
  const cleanups: (() => Promise<void> | void)[] = []
  let cwd = ''

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'splitrun-documents-'))
    cleanups.push(() => rm(cwd, { recursive: true, force: true }))
    for (const name of CHECKOUT) await symlink(join(ROOT, name), join(cwd, name))
    const photo = sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    await writeFile(join(cwd, 'photo.jpg'), await photo.jpeg().toBuffer())
    const dataDir = join(cwd, '.splitrun')
    await mkdir(dataDir)
    await lendRedisProgram(dataDir)
    const t = { after: (clean: () => Promise<void> | void) => void cleanups.push(clean) }
    const env = { PORT: '0', SPLITRUN_DATA_DIR: dataDir, SPLITRUN_SIMULATED_LATENCY: '10ms' }
    const system = startProcess(t, 'dev', env)
    await system.wrote(/Ctrl-C/)
    cleanups.push(async () => void (await system.stop('SIGINT')))
  })
  after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })

  for (const document of DOCUMENTS) {
    const blocks = blocksOf(document).filter(({ language, notRun }) => language === 'sh' && notRun === null)
    if (blocks.length === 0) continue
    test(document, async () => {
      const { PATH = '', HOME = '' } = process.env
      const run = await runBlocks(blocks, { cwd, env: { PATH, HOME } })
      for (const { block, refused, trouble } of run.blocks) {
        const where = `${document}:${block.line}`
        assert.deepEqual(refused, block.answers, `${where}: calls were answered like this\n${trouble}`)
      }
      const last = run.blocks.at(-1)
      assert.equal(run.code, 0, `${document}:${last?.block.line} failed\n${last?.trouble}\n${run.output}`)
      assert.equal(run.blocks.length, blocks.length)
    })
  }
})

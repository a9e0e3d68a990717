import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type CommandResult, commandNames, listCommands, runHere } from '../../support/command-line.ts'

/** What a command cannot do without. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  import: ['-'],
  completion: ['bash'],
  models: ['check'],
  'copy-files': ['--from', 'here', '--to', 'there'],
}
const lineOf = (name: string): string[] => [name, ...(ARGUMENTS[name] ?? [])]

const READS_NO_SETTINGS = ['completion']
/** Starts a Redis of its own. */
const EMBEDS_REDIS = ['dev']
const NEEDS_NO_REDIS = [...READS_NO_SETTINGS, 'simulated-model', 'openapi', 'models', 'copy-files']
const namesBut = (some: readonly string[]): string[] => commandNames().filter((name) => !some.includes(name))

function assertRefused({ code, stdout, stderr }: CommandResult, expected: number, text: RegExp): void {
  assert.match(stderr, text)
  assert.match(stderr, /^splitrun: /)
  assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace')
  assert.deepEqual([code, stdout], [expected, ''])
}

describe('every command', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-wrong-'))
  after(() => rm(dataDir, { recursive: true, force: true }))
  const nowhere = {
    REDIS_URL: join(dataDir, 'none.sock'),
    SPLITRUN_REDIS_PATIENCE: '0s',
    SPLITRUN_LOG_LEVEL: 'error',
    SPLITRUN_DATA_DIR: dataDir,
    PORT: '0',
  }

  for (const command of listCommands()) {
    const name = command.name()
    test(`${name}: shows its help, with examples, on standard output`, async () => {
      for (const line of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { code, stdout, stderr } = await runHere(line)
        assert.deepEqual([code, stderr], [0, ''])
        assert.match(stdout, new RegExp(`^Usage: splitrun ${name}`))
        assert.match(stdout, new RegExp(`\nExamples:\n  # .*\n  .*splitrun ${name}`))
        for (const { long } of command.options) assert.ok(stdout.includes(`  ${long}`), `${long} in the help`)
      }
    })

    test(`${name}: refuses an option that does not exist, and names the nearest one`, async () => {
      for (const long of ['--help', ...command.options.map((option) => option.long ?? '')]) {
        const typo = `${long.slice(0, -1)}_`
        assertRefused(
          await runHere([...lineOf(name), typo]),
          2,
          new RegExp(`'${typo}'\n\\(Did you mean (one of )?.*--\\w.*\\?\\)\n.*splitrun ${name} --help`),
        )
      }
    })

    test(`${name}: refuses an argument too many`, async () => {
      assertRefused(await runHere([...lineOf(name), 'more']), 2, /too many arguments/)
    })
  }

  for (const name of namesBut(READS_NO_SETTINGS)) {
    test(`${name}: refuses settings that are wrong`, async () => {
      const env = { SPLITRUN_CONCURENCY: '1', PORT: 'http' }
      assertRefused(
        await runHere(lineOf(name), { env }),
        2,
        /did you mean SPLITRUN_CONCURRENCY\?\nPORT: .*\n$/,
      )
    })
  }

  for (const name of namesBut(NEEDS_NO_REDIS)) {
    test(`${name}: says that Redis cannot be reached, and where`, async () => {
      assertRefused(
        await runHere(lineOf(name), { env: nowhere }),
        3,
        /Redis at .*none\.sock could not be used/,
      )
    })

    test(`${name}: refuses a models file that cannot be used`, async () => {
      const SPLITRUN_MODELS_FILE = join(dataDir, `${name}.json`)
      await writeFile(SPLITRUN_MODELS_FILE, '{"servers": {}}')
      const env = { ...nowhere, SPLITRUN_MODELS_FILE }
      assertRefused(await runHere(lineOf(name), { env }), 2, /models file .*\n.*models/)
    })
  }
})

describe('without REDIS_URL, no Redis is started', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'splitrun-unset-'))
  after(() => rm(dataDir, { recursive: true, force: true }))
  for (const name of namesBut([...NEEDS_NO_REDIS, ...EMBEDS_REDIS])) {
    test(`${name}: says how to name one`, async () => {
      const env = { SPLITRUN_DATA_DIR: dataDir, SPLITRUN_LOG_LEVEL: 'error', PORT: '0' }
      assertRefused(await runHere(lineOf(name), { env }), 2, /REDIS_URL is not set.*redis:\/\/.*npm start/)
      assert.deepEqual(await readdir(dataDir), [])
    })
  }
})

test('without a command there is the help, on standard error, and a command that does not exist has a nearest one', async () => {
  const none = await runHere([])
  assert.deepEqual([none.code, none.stdout], [2, ''])
  for (const name of commandNames()) assert.match(none.stderr, new RegExp(`^ {2}${name} `, 'm'))
  assertRefused(await runHere(['tokne']), 2, /unknown command 'tokne'\n\(Did you mean token\?\)/)
  assertRefused(await runHere(['constructor']), 2, /unknown command 'constructor'/)
  assertRefused(await runHere(['help', 'tokne']), 2, /unknown command 'tokne'\n\(Did you mean token\?\)/)
})

test('options that go with others alone are refused without them', async () => {
  const lines = [
    ['export', '--task', 'x'],
    ['import', '-', '--model', 'x'],
    ['import', '-', '--openai'],
  ]
  for (const line of lines) assertRefused(await runHere(line), 2, /--(project|openai)/)
})

test('the version is that of the package', async () => {
  const { default: packageJson } = await import('../../../package.json', { with: { type: 'json' } })
  const { code, stdout } = await runHere(['--version'])
  assert.deepEqual([code, stdout], [0, `${packageJson.version}\n`])
})

test('colours are there for a terminal that has them, and nowhere else', async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour
  const color = /\x1b\[\d+m/
  const all = (options: object) =>
    Promise.all([runHere(['token', '--help'], options), runHere(['x'], options)])
  for (const { stdout, stderr } of await all({ colors: true })) assert.match(stdout + stderr, color)
  for (const { stdout, stderr } of await all({})) assert.doesNotMatch(stdout + stderr, color)
})

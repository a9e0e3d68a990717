import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { namesOf, npmCommand, wholeAtLeast } from '../test/support/npm-command.ts'
import { DRILL_NAMES, type DrillName, LIVE_PARTS, type LivePart } from './drill.ts'
import { programOf } from './fleet.ts'
import { SUBJECTS } from './subjects.ts'

const HELP = `
Without --drill and --against it puts Splitrun and what it is compared with under the same loads, in turn, and prints
the medians of all passes:
  CPU        all processes but the model and the load generator; 32 connections, a model that answers at once
  added      latency at one connection, less the median of the model called directly
  half       the same at half of the calls per second that the first load reached
  slow       calls per second at 128 connections with a model of 200 ms (at best 640)
The load comes from this process; with \`--generator wrk\` the first one comes from wrk, for ten seconds.

With --against it measures the Splitrun of another checkout beside this one's, in turn, on the same Node with the same
model: CPU, runs per second, added latency and the commands of Redis, of both and their ratio, by pass and the median.
  npm run bench -- --against ../before --passes 3 --amount 8000

Drills put Splitrun into a situation of its own, and most state something of it, which holds, is missed (exit code 1),
or is unclear: it cannot be told on this machine. What is compared is warm, and measured in turn. There are:
  backlog    1,000, 100,000 and 1,000,000 runs wait (4 GB of memory, some minutes)
  in-flight  5,000 runs at once on one API and one worker process (open files: 20,000)
  cold       the very first run of processes that just started
  images     2 MB JPEGs
  documents  other runs beside hostile documents
  scale      more shards, more workers (4 GB of memory)
  capacity   a small model of the system, held against what is measured, and what it says of larger ones
  counting   what it costs to count a run for metrics and reports
  live       runs that are watched: readers cut off at random, latency, memory, CPU, a rolling restart
  isolation  a healthy model beside others in trouble, thousands of runs queued on each
  decisions  what it costs a run to take part in decisions
  shadow     callers' runs, each with a shadow beside it that is slow and fails (a quiet machine, six minutes)
  limits     eight workers that share the limits of models, at servers that enforce them (about three minutes)
  door       the same run by its own endpoint and by /v1
  console    pages of the console in Chromium; starts that build it and that do not

Results go to standard output, progress to standard error. Linux only. It ends, with all that it started, when it is
interrupted (exit codes 130, 143) and when the process that started it ends.`

export interface BenchOptions {
  readonly passes: number
  readonly amount: number
  readonly only: readonly string[]
  readonly generator: 'own' | 'wrk'
  readonly drill?: readonly (DrillName | 'all')[]
  readonly parts: readonly LivePart[]
  readonly quick?: true
  readonly against?: string
  readonly write?: true
  readonly json?: true
}

const subjects = Object.keys(SUBJECTS)

/** What can be said to `npm run bench`. */
export const createBenchCommand = (): Command =>
  npmCommand('bench')
    .description(
      'Measures Splitrun: beside other programs, beside another checkout of itself, or in a drill.',
    )
    .option('--passes <n>', 'how often all are measured', wholeAtLeast(1), 3)
    .option('--amount <n>', 'calls of each, in each pass', wholeAtLeast(100), 10_000)
    .addOption(
      new Option('--only <names>', `some of: ${subjects.join(', ')}`)
        .argParser(namesOf(subjects))
        .default(subjects, 'all'),
    )
    .addOption(
      new Option('--generator <name>', 'what sends the calls').choices(['own', 'wrk']).default('own', 'own'),
    )
    .addOption(new Option('--against <folder>', 'another checkout, with its packages').argParser(checkoutAt))
    .addOption(
      new Option('--drill <names>', 'some drills, or all').argParser(namesOf(['all', ...DRILL_NAMES])),
    )
    .addOption(
      new Option('--parts <names>', `of the drill live, some of: ${LIVE_PARTS.join(', ')}: no results`)
        .argParser(namesOf(LIVE_PARTS))
        .default(LIVE_PARTS, 'all')
        .conflicts('write'),
    )
    .addOption(new Option('--quick', 'smaller drills, to see that they work: no results').conflicts('write'))
    .option('--write', 'keep the results in bench/results, and renew what is made of them')
    .option('--json', 'print JSON instead of tables')
    .addHelpText('after', HELP)

/** Options that another one leaves without a meaning. */
const MEANINGLESS: Readonly<Record<string, readonly string[]>> = {
  drill: ['passes', 'amount', 'only', 'generator', 'against'],
  against: ['only', 'generator', 'write'],
}

/** Ends as for any wrong use, in a sentence, when an option was given that means nothing beside another. */
export function refuseMeaningless(command: Command): void {
  const options = command.opts<BenchOptions>()
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli'
  for (const [name, others] of Object.entries(MEANINGLESS)) {
    const other = isGiven(name) && others.find(isGiven)
    if (other) command.error(`error: '--${other}' means nothing beside '--${name}'`)
  }
  if (options.quick && !options.drill) command.error("error: '--quick' is an option of '--drill'")
  if (isGiven('parts') && !options.drill?.some((name) => name === 'live' || name === 'all')) {
    command.error("error: '--parts' is an option of '--drill live'")
  }
}

function checkoutAt(folder: string): string {
  const path = resolve(folder)
  try {
    if (!existsSync(programOf(path))) throw new Error(`no program: ${programOf(path)}`)
  } catch (error) {
    throw new InvalidArgumentError(`It is no checkout of Splitrun: ${(error as Error).message}.`)
  }
  if (existsSync(join(path, 'node_modules'))) return path
  throw new InvalidArgumentError(`It has no packages: run \`npm install\` in ${path}.`)
}

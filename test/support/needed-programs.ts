import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { SHARED_FOLDERS } from './import-tests.ts'

const TESTS = join(import.meta.dirname, '..')
const PROGRAMS = 'support/programs/'

/**
 * Finds what other people's programs test files may start: the modules of `programs/` that they import, themselves or by
 * what they import.
 * @param patterns paths of test files, as the runner takes them; those of `test/groups` stand for the files that they run
 * @param cwd from where the patterns go
 * @returns paths of modules, each with a `findProgram`
 */
export function neededPrograms(patterns: readonly string[], cwd = process.cwd()): string[] {
  const chosen = globSync([...patterns], { cwd }).map((path) => relative(TESTS, resolve(cwd, path)))
  const isShared = chosen.some((path) => path.startsWith('groups/'))
  const shared = isShared ? SHARED_FOLDERS.map((folder) => `${folder}/**/*.test.ts`) : []
  const reached = new Set([...chosen, ...globSync(shared, { cwd: TESTS })])
  // What is added meanwhile is looked at, too.
  for (const path of reached) for (const imported of importsOf(path)) reached.add(imported)
  return [...reached].filter((path) => path.startsWith(PROGRAMS)).map((path) => join(TESTS, path))
}

/** Has programs fetched that the machine does not have. What cannot be fetched fails only the tests that start it. */
export async function fetchPrograms(modules: readonly string[]): Promise<void> {
  const fetched = modules.map(async (path) => {
    const { findProgram } = (await import(path)) as { findProgram(): Promise<unknown> }
    await findProgram()
  })
  await Promise.allSettled(fetched)
}

/** Of a file of the tests: those of its imports that are such files, too. */
function importsOf(path: string): string[] {
  if (path.startsWith('..') || !path.endsWith('.ts')) return []
  const text = readFileSync(join(TESTS, path), 'utf8')
  const found = text.matchAll(/(?:^(?:import|export)\b[^'"]*?from |\bimport\()'(\.[^']+)'/gms)
  return [...found].map(([, specifier = '']) => join(dirname(path), specifier))
}

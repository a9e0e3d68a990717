import { v5 } from 'uuid'
import type { FileHome } from '../../../files/file-home.ts'
import type { FileStore } from '../../../files/file-store.ts'
import { nullIfDamaged } from '../../../files/files-unavailable.ts'
import { readJson } from '../../../platform/json/read-json.ts'

/** What the first processors of a revision gave, in their order, and how long they took together. */
export interface KeptResults {
  readonly results: readonly unknown[]
  readonly seconds: number
}

export interface KeptResultsDeps {
  readonly files: FileStore
  readonly fileHome: FileHome
}

/** Names of files with results. */
const RESULTS = '6d1c54b6-4f0e-5d6b-8a83-7e5b2f9a1c30'
const nameOf = (key: string): string => `${v5(key, RESULTS)}.json`

export async function readKept({ files }: KeptResultsDeps, run: string, key: string): Promise<KeptResults> {
  const known = await files.read(run, nameOf(key)).catch(nullIfDamaged)
  return known ? (readJson(known.toString()) as KeptResults) : { results: [], seconds: 0 }
}

/**
 * @param key names the revision and those of its processors that are served
 * @throws {ApiError} FILES_UNAVAILABLE
 */
export async function keepResults(
  { files, fileHome }: KeptResultsDeps,
  run: string,
  key: string,
  kept: KeptResults,
): Promise<void> {
  await fileHome.claim()
  await files.put(run, nameOf(key), Buffer.from(JSON.stringify(kept)))
}

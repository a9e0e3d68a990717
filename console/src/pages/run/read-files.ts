import type { Run, RunHandle } from '@splitrun/client'

/** The file that a run answers with; null where it answers otherwise. */
export function madeFile({ response, files }: Pick<Run, 'response' | 'files'>): string | null {
  const { file } = (typeof response === 'object' && response !== null ? response : {}) as { file?: unknown }
  return typeof file === 'string' && files.at(-1) === file ? file : null
}

/** The files that a run was given, under the names that they came with, as far as those are known. */
export const readFiles = (
  handle: Pick<RunHandle<unknown>, 'file'>,
  run: Run,
  signal?: AbortSignal,
): Promise<readonly File[]> => {
  const { files, file_names: names } = run.run_data
  const made = madeFile(run)
  return Promise.all(
    files
      .filter((stored) => stored !== made)
      .map(async (stored, at) => {
        const blob = await handle.file(stored, { signal })
        return new File([blob], names[at] ?? stored, { type: blob.type })
      }),
  )
}

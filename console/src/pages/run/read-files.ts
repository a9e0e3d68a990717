import type { Run, RunHandle } from '@splitrun/client'

/** The files of a run, under the names that they came with, as far as those are known. */
export const readFiles = (
  handle: Pick<RunHandle<unknown>, 'file'>,
  { run_data: { files, file_names: names } }: Pick<Run, 'run_data'>,
  signal?: AbortSignal,
): Promise<readonly File[]> =>
  Promise.all(
    files.map(async (stored, at) => {
      const blob = await handle.file(stored, { signal })
      return new File([blob], names[at] ?? stored, { type: blob.type })
    }),
  )

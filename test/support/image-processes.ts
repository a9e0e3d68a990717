import { createImageProcesses, type ImageProcessesOptions } from '../../src/files/image/image-processes.ts'
import { MAX_PIXELS } from './pictures.ts'
import { descendantsOf } from './processes.ts'
import type { Cleanup } from './system.ts'

/** Processes that convert images, one unless more are wanted, until the test ends. */
export function openImageProcesses(t: Cleanup, options: Partial<ImageProcessesOptions> = {}) {
  const processes = createImageProcesses({
    most: 1,
    memory: 200_000_000,
    timeoutMs: 60_000,
    maxPixels: MAX_PIXELS,
    ...options,
  })
  t.after(() => processes.close())
  return processes
}

/** Those that this process has at the moment. */
export const imageConverters = (): number[] =>
  descendantsOf(process.pid)
    .filter(({ command }) => command.includes('image-process'))
    .map(({ pid }) => pid)

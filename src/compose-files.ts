import { availableParallelism } from 'node:os'
import type { Config } from './config.ts'
import { createImageProcesses, type ImageProcesses } from './files/image/image-processes.ts'
import type { Lifecycle } from './platform/lifecycle.ts'

/** What converts images for this process. One core is left for all else that it does, where there is another. */
export function composeImageProcesses(deps: { config: Config; lifecycle: Lifecycle }): ImageProcesses {
  const { imageProcesses, imageMemory, imageTimeout, imagePixelsMax } = deps.config
  const processes = createImageProcesses({
    most: imageProcesses ?? Math.max(1, availableParallelism() - 1),
    memory: imageMemory,
    timeoutMs: imageTimeout * 1000,
    maxPixels: imagePixelsMax,
  })
  deps.lifecycle.onClose('image processes', () => processes.close())
  return processes
}

import type { FileStore } from './file-store.ts'
import type { MarkerStore } from './home-marker.ts'

/** Where the files of all runs are: a folder or a bucket. Nothing else knows which. */
export interface FileStorage {
  readonly files: FileStore
  readonly marker: MarkerStore
  /** As a person calls it; without secrets. */
  readonly name: string
  /** For so long, in ms, a look at its marker counts. 0 for what may be unmounted at any time. */
  readonly trustMs: number
  /** Writes something small, and removes it. @throws {ApiError} FILES_UNAVAILABLE, with what is in the way */
  probe(): Promise<void>
  close(): Promise<void>
}

import { z } from 'zod'

/** A file beside those of the runs says whose they are. */
export const MARKER_NAME = 'installation.json'

const marker = z.object({
  /** Of this home, wherever it is mounted, or whatever it is called. */
  folder: z.string().min(1),
  /** By shard: the id of the Redis whose runs have files here. */
  shards: z.record(z.string(), z.string()),
})

export type HomeMarker = z.output<typeof marker>

/** The marker of a home of files. */
export interface MarkerStore {
  /** Null when there is none. @throws for one that cannot be read, whatever the reason */
  read(): Promise<HomeMarker | null>
  /** Makes the marker of a home that has none. Of several processes that do, one has its way; see `read`. */
  create(content: HomeMarker): Promise<void>
  replace(content: HomeMarker): Promise<void>
  /** Whether a home without a marker has files of runs: it is older than markers are, or was filled by other means. */
  hasFiles(): Promise<boolean>
}

/** @throws {SyntaxError, z.ZodError} for what is no marker */
export const parseMarker = (text: string): HomeMarker => marker.parse(JSON.parse(text))

import type { Cleanup } from '../system.ts'
import { settingsOf } from './object-storage.ts'
import { startS3rver } from './s3rver.ts'

/** Starts object storage for a system; returns the settings that lead there. */
export const startBucket = async (t: Cleanup): Promise<Record<string, string>> =>
  settingsOf(await startS3rver(t))

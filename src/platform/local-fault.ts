import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { ApiError } from './errors.ts'

/** No descriptors, sockets, memory or disk: of this process or of its machine, whatever was asked for. */
const CODES = new Set([
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'],
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ESTALE'],
])
/** Names cannot be looked up: by the resolver's fault, or for want of a descriptor to ask it with. */
const LOOKUPS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_SYSTEM'])
const MOST_CAUSES = 5

/** True for a failure that is this process's own, or its machine's: another process may well do the same thing. */
export function isLocalFault(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MOST_CAUSES) return false
  if (error instanceof ApiError && error.reason === 'FILES_UNAVAILABLE') return true
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined && (CODES.has(code) || (LOOKUPS.has(code) && !hasDescriptors(1)))) return true
  const inner = error instanceof AggregateError ? [error.cause, ...error.errors] : [error.cause]
  return inner.some((each) => isLocalFault(each, depth + 1))
}

/** Whether this process can open so many files, or sockets, more. */
export function hasDescriptors(wanted: number): boolean {
  const opened: number[] = []
  try {
    while (opened.length < wanted) opened.push(openSync(devNull, 'r'))
    return true
  } catch {
    return false
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

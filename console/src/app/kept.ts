import { useProject } from './project.ts'

/** What was typed and is nowhere else yet, and whose it is. It lasts as long as the tab. */
let owner: string | null = null
const kept = new Map<string, unknown>()

/** For who signs out, or signs in with another credential. */
export function forgetTyped(): void {
  kept.clear()
  owner = null
}

/** A place where something that is typed is kept. */
export interface Kept<T> {
  /** Undefined where nothing is there. */
  read(): T | undefined
  write(value: T): void
  drop(): void
}

/**
 * A place that outlives the end of a session, which may come while one types: what is there is found again by who signs in
 * with the same credential, in the same project.
 * @param name what is typed, and where
 */
export function useKeptPlace<T>(name: string): Kept<T> {
  const { session, project } = useProject()
  const key = JSON.stringify([project.id, name])
  const own = () => {
    if (owner !== session.client.id) forgetTyped()
    owner = session.client.id
    return kept
  }
  return {
    read: () => own().get(key) as T | undefined,
    write: (value) => void own().set(key, value),
    drop: () => void own().delete(key),
  }
}

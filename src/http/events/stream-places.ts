import { ApiError } from '../../platform/errors.ts'

export type StreamPlaces = ReturnType<typeof createStreamPlaces>

/** Bounds how many streams of events this process serves at once, in all and for each project. */
export function createStreamPlaces({ most, mostOfProject }: { most: number; mostOfProject: number }) {
  const byProject = new Map<string, number>()
  let all = 0

  return {
    /** How many streams are open. */
    size: (): number => all,

    /**
     * Takes a place; what is returned gives it back, once.
     * @throws {ApiError} TOO_MANY_REQUESTS
     */
    take(project: string): () => void {
      const own = byProject.get(project) ?? 0
      if (all >= most || own >= mostOfProject) {
        const message = 'Too many streams of events are open here; poll the run, or try again later.'
        throw new ApiError('TOO_MANY_REQUESTS', message, { retry_after: 5, retryable: true })
      }
      all += 1
      byProject.set(project, own + 1)
      return () => {
        all -= 1
        const left = (byProject.get(project) ?? 1) - 1
        if (left > 0) byProject.set(project, left)
        else byProject.delete(project)
      }
    },
  }
}

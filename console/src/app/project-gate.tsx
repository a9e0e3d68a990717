import type { Page, Scope } from '@splitrun/client'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { Loading } from '../parts/page/loading.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { clientOf, type Project, type Session, server } from './api.ts'
import { ProjectValue } from './project.ts'

const CHOSEN = 'splitrun.project'

async function listAll<T>(path: string, signal: AbortSignal): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<T> = await server.request({ method: 'GET', path, query: { cursor }, signal })
    all.push(...page.results)
    cursor = page.pagination.next_cursor
  }
  return all
}

/** All projects that the session reaches. */
async function listProjects(signal: AbortSignal): Promise<Project[]> {
  const organisations = await listAll<{ id: string }>('/org', signal)
  const lists = await Promise.all(
    organisations.map(({ id }) => listAll<Project>(`/org/${id}/project`, signal)),
  )
  return lists.flat()
}

/** Chooses the project to show: the credential's own, or for the administrator the one of last time. */
export function ProjectGate({ session, children }: { session: Session; children: ReactNode }) {
  const who = session.client
  const { data, error, refetch } = useQuery({
    queryKey: ['projects', who.id],
    queryFn: ({ signal }) => listProjects(signal),
    staleTime: 60_000,
  })
  const [chosen, setChosen] = useState(() => localStorage.getItem(CHOSEN))
  const project = data?.find(({ id }) => id === chosen) ?? data?.[0]
  const value = useMemo(
    () =>
      project && {
        ...{ session, project, projects: data ?? [], client: clientOf(project) },
        choose(next: Project) {
          localStorage.setItem(CHOSEN, next.id)
          setChosen(next.id)
        },
        whyNot: (scope: Scope) =>
          who.scopes.includes(scope) || who.scopes.includes('admin')
            ? null
            : `The key “${who.name ?? who.id}” lacks the scope ${scope}.`,
      },
    [session, who, project, data],
  )
  if (error && !data) return <Problem error={error} onRetry={refetch} />
  if (!data) return <Loading what="Reading projects" />
  if (!value) {
    return (
      <main className="sign-in">
        <h1>There is no project yet</h1>
        <p>
          Make one with <code>splitrun token</code>, or by <code>POST /api/v1/org</code> and{' '}
          <code>POST /api/v1/org/ID/project</code>, and open this page again.
        </p>
      </main>
    )
  }
  // Another project is another page: nothing of the one before stays on it.
  return (
    <ProjectValue value={value} key={value.project.id}>
      {children}
    </ProjectValue>
  )
}

import { useQuery } from '@tanstack/react-query'
import { clientOf } from '../../app/api.ts'
import { useProject } from '../../app/project.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { count, duration } from '../../parts/figures.ts'
import { Loaded } from '../../parts/page/loaded.tsx'

/** More are not asked for at once. */
const MOST = 20
const EVERY_MS = 5_000

/** What waits and runs in each project, for who reaches several. */
export function ProjectsQueue() {
  const { projects, project: shown, choose } = useProject()
  const asked = projects.slice(0, MOST)
  const query = useQuery({
    queryKey: ['queues', ...asked.map(({ id }) => id)],
    queryFn: ({ signal }) => Promise.all(asked.map((project) => clientOf(project).queue({ signal }))),
    refetchInterval: EVERY_MS,
    enabled: projects.length > 1,
  })
  if (projects.length < 2) return null
  return (
    <section className="section" aria-labelledby="projects">
      <h2 id="projects">By project</h2>
      {projects.length > MOST && (
        <p className="quiet">
          The first {MOST} of {count(projects.length)}.
        </p>
      )}
      <Loaded query={query} what="the queues">
        {(queues) => (
          <DataTable
            rows={asked.map((project, at) => ({ project, queue: queues[at] }))}
            keyOf={({ project }) => project.id}
            columns={[
              {
                head: 'Project',
                cell: ({ project }) =>
                  project.id === shown.id ? (
                    project.name
                  ) : (
                    <button type="button" onClick={() => choose(project)}>
                      {project.name}
                    </button>
                  ),
              },
              { head: 'Queued', isNumber: true, cell: ({ queue }) => (queue ? count(queue.queued) : '—') },
              { head: 'Running', isNumber: true, cell: ({ queue }) => (queue ? count(queue.running) : '—') },
              {
                head: 'Oldest waits for',
                isNumber: true,
                cell: ({ queue }) => (queue?.oldest_age == null ? '—' : duration(queue.oldest_age * 1000)),
              },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}

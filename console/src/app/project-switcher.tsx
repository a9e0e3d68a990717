import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { useProject } from './project.ts'
import { mayLeave } from './use-dirty-guard.ts'

/** Which project is shown; a list to choose from for who reaches several. */
export function ProjectSwitcher() {
  const { project, projects, choose } = useProject()
  const navigate = useNavigate()
  const field = useId()
  if (projects.length < 2) return <span className="quiet project-name">{project.name}</span>
  return (
    <>
      <label htmlFor={field} className="hidden">
        Project
      </label>
      <select
        id={field}
        value={project.id}
        onChange={({ target }) => {
          const next = projects.find(({ id }) => id === target.value)
          if (!next || !mayLeave()) return
          // What is shown belongs to the other project.
          void navigate({ to: '/tasks' })
          choose(next)
        }}
      >
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name} · {id.slice(-6)}
          </option>
        ))}
      </select>
    </>
  )
}

import type { Client, Scope } from '@splitrun/client'
import { createContext, useContext } from 'react'
import type { Project, Session } from './api.ts'

/** The project that the pages show, and what the signed-in credential may do there. */
export interface ProjectContext {
  readonly session: Session
  readonly project: Project
  /** All that can be switched to. */
  readonly projects: readonly Project[]
  readonly client: Client
  choose(project: Project): void
  /** Null where the scope is there; else why not, for a person. */
  whyNot(scope: Scope): string | null
}

export const ProjectValue = createContext<ProjectContext | null>(null)

export function useProject(): ProjectContext {
  const value = useContext(ProjectValue)
  if (!value) throw new Error('only pages know a project')
  return value
}

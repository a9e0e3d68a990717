import type { ComponentType } from 'react'

/** A page of the console: one file beside this one; what it alone needs is in a folder of its name. */
export interface Page {
  /** Behind the `#`; `$name` is a parameter. */
  readonly path: string
  /** In the navigation and the palette; absent: it is reached from others. */
  readonly title?: string
  /** The key that leads here behind `g`. */
  readonly key?: string
  /** Loaded when it is first shown. */
  readonly load: () => Promise<{ default: ComponentType }>
}

/** Every page there is, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  { path: '/tasks', title: 'Tasks', key: 't', load: () => import('./tasks.tsx') },
  { path: '/tasks/new', load: () => import('./new-task.tsx') },
  { path: '/tasks/$task', load: () => import('./task.tsx') },
  { path: '/tasks/$task/edit', load: () => import('./edit-task.tsx') },
  { path: '/tasks/$task/compare', load: () => import('./compare.tsx') },
  { path: '/tasks/$task/verdict', load: () => import('./verdict.tsx') },
  { path: '/tasks/$task/rollout', load: () => import('./rollout.tsx') },
  { path: '/tasks/$task/history', load: () => import('./history.tsx') },
  { path: '/playground', title: 'Playground', key: 'p', load: () => import('./playground.tsx') },
  { path: '/runs', title: 'Runs', key: 'r', load: () => import('./runs.tsx') },
  { path: '/runs/$task/$run', load: () => import('./run.tsx') },
  { path: '/live', title: 'Live', key: 'l', load: () => import('./live.tsx') },
  { path: '/reports', title: 'Reports', key: 'e', load: () => import('./reports.tsx') },
  { path: '/limits', title: 'Limits and budgets', key: 'b', load: () => import('./limits.tsx') },
  { path: '/keys', title: 'Keys', key: 'k', load: () => import('./keys.tsx') },
  { path: '/models', title: 'Models', key: 'm', load: () => import('./models.tsx') },
]

/** Whose runs a policy is about. */
export interface Target {
  readonly applies_to: 'project' | 'task' | 'key'
  /** The task or the key; null for the project. */
  readonly target_id: string | null
}

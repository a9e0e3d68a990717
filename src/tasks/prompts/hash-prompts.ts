import { hash } from 'node:crypto'

/** SHA-256 (hexadecimal) of the rendered prompts, so that they can be audited without being stored. */
export function hashPrompts(system: string, user: string): string {
  return hash('sha256', `${system.length}:${system}${user}`)
}

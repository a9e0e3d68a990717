import { spawnSync } from 'node:child_process'

/** What `npm audit --json` says: findings, or that it could not ask. */
interface AuditReport {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> }
  readonly message?: string
  readonly error?: { readonly code?: string; readonly summary?: string }
}

export interface Verdict {
  readonly passed: boolean
  readonly text: string
}

/** Findings that are high or critical fail. Where a registry serves no audit there is nothing to judge by. */
export function judge(report: AuditReport): Verdict {
  const found = report.metadata?.vulnerabilities
  if (!found) {
    const reason = report.error?.summary || report.error?.code || report.message || 'no reason given'
    return { passed: true, text: `audit: skipped, the registry serves none (${reason.split(/\n| - /)[0]})` }
  }
  const { high = 0, critical = 0, total = 0 } = found
  return {
    passed: high + critical === 0,
    text: `audit: ${critical} critical, ${high} high, ${total} findings in all among what is shipped`,
  }
}

function audit(): Verdict {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
  try {
    return judge(JSON.parse(stdout) as AuditReport)
  } catch {
    return judge({ message: 'npm audit said nothing that can be read' })
  }
}

if (import.meta.main) {
  const { passed, text } = audit()
  process.stdout.write(`${text}\n`)
  process.exitCode = passed ? 0 : 1
}

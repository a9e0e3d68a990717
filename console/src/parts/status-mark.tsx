import type { RunStatus } from '@splitrun/client'

const SIGNS: Record<RunStatus, string> = {
  queued: '…',
  running: '▸',
  succeeded: '✓',
  failed: '✗',
  cancelled: '⊘',
  expired: '⌛',
}

/** The state of a run, by word, sign and colour. */
export const StatusMark = ({ status }: { status: RunStatus }) => (
  <span className="status" data-status={status}>
    <span aria-hidden="true">{SIGNS[status]}</span> {status}
  </span>
)

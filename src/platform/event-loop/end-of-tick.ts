const due: (() => void)[] = []

/**
 * Does something when the event loop has heard of all that it hears of in this turn, once everything else of the turn is
 * done, or when the process exits. What is asked for meanwhile is done in the same turn.
 */
export function atEndOfTurn(work: () => void): void {
  due.push(work)
  if (due.length === 1) setImmediate(endTurn)
}

process.on('exit', endTurn)

function endTurn(): void {
  let at = 0
  try {
    for (; at < due.length; at += 1) due[at]?.()
  } finally {
    // One that throws takes nothing from the others.
    due.splice(0, at + 1)
    if (due.length > 0) setImmediate(endTurn)
  }
}

const due: (() => void)[] = []

/**
 * Does something at the end of this tick of the event loop, when everything else that the tick brought is done, or when
 * the process exits. What is asked for meanwhile is done in the same tick.
 */
export function atEndOfTick(work: () => void): void {
  due.push(work)
  if (due.length === 1) setImmediate(endTick)
}

process.on('exit', endTick)

function endTick(): void {
  let at = 0
  try {
    for (; at < due.length; at += 1) due[at]?.()
  } finally {
    // One that throws takes nothing from the others.
    due.splice(0, at + 1)
    if (due.length > 0) setImmediate(endTick)
  }
}

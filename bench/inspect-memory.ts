import { setTimeout as pause } from 'node:timers/promises'

/** A look into a Node process. */
export interface Inspector {
  /** Bytes that it uses in and beside its heap, after a collection of garbage. */
  used(): Promise<number>
  close(): void
}

interface Reply {
  readonly result?: { readonly value?: number }
}

/** Opens the inspector of a process that was started with that `--inspect-port`. */
export async function openInspector(pid: number, port: number): Promise<Inspector> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await urlOf(port))
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  let latest = 0
  const waiting = new Map<number, (reply: Reply) => void>()
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    waiting.get(id)?.(result)
    waiting.delete(id)
  }
  const ask = (method: string, params = {}): Promise<Reply> =>
    new Promise((resolve) => {
      latest += 1
      waiting.set(latest, resolve)
      socket.send(JSON.stringify({ id: latest, method, params }))
    })
  return {
    async used() {
      // What is freed by one collection may be seen by the next.
      for (let each = 0; each < 3; each += 1) await ask('HeapProfiler.collectGarbage')
      const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())'
      return (await ask('Runtime.evaluate', { expression })).result?.value ?? Number.NaN
    },
    close: () => socket.close(),
  }
}

async function urlOf(port: number): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/json`).catch(() => null)
    const [target] = answer ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : []
    if (target) return target.webSocketDebuggerUrl
    await pause(100)
  }
  throw new Error(`no inspector on port ${port}`)
}

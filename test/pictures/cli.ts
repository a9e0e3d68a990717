import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { askPanel, hasData, readDashboards, type StoredPanel } from '../support/dashboard-panels.ts'
import { until } from '../support/system.ts'
import { startWatchedSystem } from '../support/watched-system.ts'
import { drawDashboard } from './draw-dashboard.ts'
import type { AskedPanel } from './look.ts'

const PICTURES = join(import.meta.dirname, '../../deploy/grafana/pictures')
const LOAD_SECONDS = 100
/** Less than the load lasts, so that the graphs do not begin before their rates do. */
const SHOWN_SECONDS = 80
const TICK_MS = 250
/** Runs of a tick go up and down by this many around it, within half a minute; one tick in the middle brings a burst. */
const MEAN = 6
const SWING = 4
const BURST = 160

const cleanups: (() => Promise<void> | void)[] = []
try {
  const { prometheus, task, sendRuns } = await startWatchedSystem(
    { after: (clean) => void cleanups.unshift(clean) },
    { latencyMs: 250 },
  )
  const sending: Promise<void>[] = []
  for (let tick = 0; tick < (LOAD_SECONDS * 1000) / TICK_MS; tick += 1) {
    const isBurst = tick === (LOAD_SECONDS * 500) / TICK_MS
    sending.push(sendRuns(isBurst ? BURST : Math.round(MEAN + SWING * Math.sin((tick * TICK_MS) / 5000))))
    await pause(TICK_MS)
  }
  const ask = async (panel: StoredPanel): Promise<AskedPanel> => ({
    panel,
    answers: await askPanel(prometheus, panel, { seconds: SHOWN_SECONDS, task }),
  })
  for (const { name, title, panels } of readDashboards()) {
    let asked: AskedPanel[] = []
    // On a busy machine a scrape may fail, after which Prometheus knows nothing of this moment.
    await until(async () => {
      asked = await Promise.all(panels.map(ask))
      return asked.every(({ answers }) => answers.every(({ series }) => hasData(series)))
    })
    await writeFile(join(PICTURES, `${name}.svg`), drawDashboard(title, asked))
  }
  await Promise.all(sending)
} finally {
  for (const clean of cleanups) await clean()
}

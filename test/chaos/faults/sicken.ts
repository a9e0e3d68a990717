import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { descendantsOf, endProcess } from '../../support/processes.ts'
import type { Fleet } from '../fleet.ts'
import type { Life, Member } from '../member.ts'
import { type StrikeContext, stop } from './inject-faults.ts'

type Sickness = 'no files' | 'few descriptors' | 'full disk' | 'read-only disk' | 'dying image processes'

/** Mounting takes rights of one's own, which not every machine gives. */
const canMount = promisify(execFile)('unshare', ['-rm', 'true']).then(
  () => true,
  () => false,
)

/** Fewer than the calls or runs that a process of the fleet has at once, and more than it needs to start. */
const FEW_DESCRIPTORS = ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh']
/** No file of it can hold a byte. */
const FULL_DISK = ['/bin/sh', '-c', 'ulimit -f 0; exec "$@"', 'sh']
/** How often the processes of images are killed, in ms. */
const KILL_EVERY_MS = 150

/** A process works for a while without something that it needs of its machine. It may end because of that. */
export async function sicken(context: StrikeContext, victim: Member): Promise<void> {
  const { fault, strike, stage, signal } = context
  const forms = await formsFor(victim)
  const sickness = forms[Math.floor(fault.chance * forms.length)] ?? 'no files'
  strike.form = sickness
  if (sickness === 'dying image processes') {
    const end = Date.now() + fault.forMs
    while (Date.now() < end) {
      killImageProcesses(victim)
      await pause(KILL_EVERY_MS, undefined, { signal })
    }
    return
  }
  const empty = await mkdtemp(join(tmpdir(), 'splitrun-chaos-'))
  try {
    await stop(context, victim)
    // Not awaited: it may be unable to come up at all.
    void victim.start(lifeWith(sickness, { empty, fleet: stage.fleet }))
    await pause(fault.forMs, undefined, { signal })
    await stop(context, victim)
    await victim.start()
  } finally {
    await rm(empty, { recursive: true, force: true })
  }
}

async function formsFor({ command }: Member): Promise<Sickness[]> {
  if (command === 'worker') return ['no files', 'few descriptors', 'full disk', 'dying image processes']
  const forms: Sickness[] = ['no files', 'few descriptors', 'full disk']
  return (await canMount) ? [...forms, 'read-only disk'] : forms
}

function lifeWith(sickness: Sickness, { empty, fleet }: { empty: string; fleet: Fleet }): Life {
  const { storage, files } = fleet
  if (sickness === 'no files') {
    const elsewhere = storage ? { SPLITRUN_FILES: `s3://${storage.bucket}/elsewhere` } : {}
    return { env: { SPLITRUN_DATA_DIR: empty, ...elsewhere }, mayEnd: true }
  }
  if (sickness === 'few descriptors') return { through: FEW_DESCRIPTORS, mayEnd: true }
  if (sickness === 'full disk') return { through: FULL_DISK, mayEnd: true }
  // As this process sees it; for all others the folder stays as it is.
  const mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
  return { through: ['unshare', '-rm', '/bin/sh', '-c', mount, files], mayEnd: true }
}

/** As a machine does that runs out of memory. */
function killImageProcesses(victim: Member): void {
  for (const { pid, command } of descendantsOf(victim.pid() ?? -1)) {
    if (command.includes('image-process')) endProcess(pid)
  }
}

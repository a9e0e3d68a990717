/** How a command ends, for scripts and supervisors. The codes never change. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usedWrongly: 2,
  notReachable: 3,
  interrupted: 130,
} as const

/** What each code means, for the reference. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  done: 'Done. A process that serves was told to stop and has closed everything.',
  failed: 'Failed: no such project, a file that does not fit, or (with a stack trace) what nobody foresaw.',
  usedWrongly: 'Used wrongly: the command line, a setting or the models file has to be changed first.',
  notReachable: 'Not reachable: Redis cannot be reached or used, or the port to listen on is taken.',
  interrupted: 'Interrupted before it was done; a process that serves: by a second Ctrl-C.',
}

/** A failure that is told in its message alone, without a stack trace, and how the process then ends. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT_CODES.failed, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

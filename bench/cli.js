import { supervise } from '../test/support/supervise.js'

supervise(new URL('command.ts', import.meta.url))

import { supervise } from '../support/supervise.js'

supervise(new URL('command.ts', import.meta.url))

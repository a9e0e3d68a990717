import { debianProgram } from '../debian-program.ts'

/** Debian's /usr/bin/chromium is a script for the installed one. */
export const findProgram = () => debianProgram('chromium', 'usr/lib/chromium/chromium')

import { debianProgram } from '../debian-program.ts'

/** With it come Python and the modules that OpenAI's client needs. */
export const findProgram = () => debianProgram('python3-httpx', 'usr/bin/httpx')

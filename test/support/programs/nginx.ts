import { debianProgram } from '../debian-program.ts'

export const findProgram = () => debianProgram('nginx', 'usr/sbin/nginx')

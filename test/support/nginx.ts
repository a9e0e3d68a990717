import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './free-ports.ts'
import { findProgram } from './programs/nginx.ts'
import { type Cleanup, until } from './system.ts'

/** Debian's nginx before an API, with its default buffering, and what a `location` may say besides; returns its URL. */
export async function startNginx(t: Cleanup, target: string, location = ''): Promise<string> {
  const { command, env } = await findProgram()
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-nginx-'))
  await mkdir(join(dir, 'temp'))
  const [port = 0] = await freePorts(1)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path temp/${name};`,
  )
  const file = join(dir, 'nginx.conf')
  await writeFile(
    file,
    `daemon off; pid nginx.pid; error_log stderr; worker_processes 1; events {}
http {
  access_log off; ${temporary.join(' ')}
  gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 1;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; ${location} }
  }
}
`,
  )
  const child = spawn(command, ['-p', dir, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    await exited
    await rm(dir, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  await until(() =>
    fetch(url).then(
      () => true,
      () => child.exitCode !== null,
    ),
  )
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`)
  return url
}

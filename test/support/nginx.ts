import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { freePorts } from './free-ports.ts'
import { findProgram } from './programs/nginx.ts'
import { type Cleanup, until } from './system.ts'

/** Debian's nginx before an API, with its default buffering, and what a `location` may say besides; returns its URL. */
export async function startNginx(t: Cleanup, target: string, location = ''): Promise<string> {
  const port = await runNginx(
    t,
    (port) => `
  gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 1;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; ${location} }
  }`,
  )
  return `http://127.0.0.1:${port}`
}

/** Debian's nginx with TLS before what `locations` say; its port. */
export async function startSecureNginx(t: Cleanup, locations: string): Promise<number> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }])
  return runNginx(
    t,
    (port) => `
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate cert.pem; ssl_certificate_key key.pem;
    ${locations}
  }`,
    { 'cert.pem': cert, 'key.pem': key },
  )
}

/** @param files by their names, beside the configuration */
async function runNginx(
  t: Cleanup,
  http: (port: number) => string,
  files: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { command, env } = await findProgram()
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-nginx-'))
  await mkdir(join(dir, 'temp'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
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
  ${http(port)}
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
  await until(async () => child.exitCode !== null || (await accepts(port)))
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`)
  return port
}

/** True once something listens at a port of this machine. */
const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { readAccept } from '../headers/accept-range.ts'
import { type Html, html } from './html.ts'

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
fieldset { margin: 0 0 1.25rem; padding: .75rem 1rem; border: 1px solid GrayText; border-radius: .5rem }
fieldset p { margin: 0 0 .25rem }
legend { padding: 0 .35rem; font-weight: 600; overflow-wrap: anywhere }
.choices { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
.choices label { display: flex; align-items: center; gap: .4rem; min-height: 2rem; overflow-wrap: anywhere }
input[type=radio] { inline-size: 1.15rem; block-size: 1.15rem; margin: 0 }
input[type=number], textarea { box-sizing: border-box; padding: .5rem; border: 1px solid GrayText; border-radius: .35rem; font: inherit }
textarea { inline-size: 100%; min-block-size: 6rem }
.field { display: block; margin-bottom: .35rem; font-weight: 600 }
button { margin-top: 1.25rem; padding: .6rem 1.5rem; border: 0; border-radius: .35rem; background: light-dark(#1f4fbf, #a9c4ff); color: light-dark(#fff, #10203f); font: inherit; font-weight: 600; cursor: pointer }
.said { padding: .75rem 1rem; border-inline-start: .3rem solid light-dark(#1a7a3c, #6fd08f); background: light-dark(#eaf6ee, #16301f) }
footer { margin-top: 2rem; font-size: .875rem }
`

/** What a page may do: bear its own style, and send its form to its own server. It has no script. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  // The address is all that one needs to answer: it goes to nobody else, and stays nowhere.
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const

/** Whether a request is of a browser that is to show what it gets. Programs, which take anything, get JSON. */
export function prefersPage({ headers: { accept = '' } }: Request): boolean {
  if (!/text\/html/i.test(accept)) return false
  const wish = readAccept(accept)
  return wish('text/html') > wish('application/json')
}

/** Sends a page without a script, which no search engine is to list. */
export function sendPage(response: Response, status: number, title: string, body: Html): void {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
  response.vary('Accept')
  response.status(status).set(HEADERS).type('html').send(page.html)
}

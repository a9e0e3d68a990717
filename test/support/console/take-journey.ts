import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startChromium } from '../chromium.ts'
import { changeAPrompt } from './change-a-prompt.ts'
import { askDemo, openDemo, readDemo, takePicture } from './demo.ts'

/**
 * Changes a prompt of the demo that `npm start` runs as somebody at the console would, and takes a picture after each step.
 * Where to is an argument, or the folder `journey` where it is started. Each time there is one revision more.
 */
const target = resolve(process.argv[2] ?? 'journey')
const demo = await readDemo()
const { sentiment } = demo.tasks
const { name } = await askDemo<{ name: string }>(demo, `/task/${sentiment}`)
const cleanups: (() => Promise<void> | void)[] = []
const browser = await startChromium({ after: (clean) => void cleanups.unshift(clean) })
try {
  await mkdir(target, { recursive: true })
  const page = await browser.newPage()
  await openDemo(page, demo)
  let taken = 0
  await changeAPrompt(page, {
    ...{ task: name, parameter: 'text', prompt: 'In one word: how does the writer feel? {text}' },
    inputs: ['I love this, it is great!', 'Two weeks, and nobody answers.'],
    async callers() {
      const one = () => askDemo(demo, `/task/${sentiment}/run`, { task_input: { text: 'It is fine.' } })
      await Promise.all(Array.from({ length: 10 }, one))
    },
    async step(title) {
      taken += 1
      const file = `${String(taken).padStart(2, '0')}-${title.replaceAll(/\W+/g, '-')}.png`
      await takePicture(page, join(target, file))
      process.stdout.write(`${join(target, file)}\n`)
    },
  })
} finally {
  for (const clean of cleanups) await clean()
}

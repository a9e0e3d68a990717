import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConverterKilled } from '../../src/files/conversion/converters.ts'
import { imageConverters, openImageProcesses } from '../support/image-processes.ts'
import { red } from '../support/pictures.ts'
import { until } from '../support/system.ts'

test('an image that takes too long is refused, and its process ended', async (t) => {
  const images = openImageProcesses(t, { timeoutMs: 1 })
  await assert.rejects(images.convert(await red(4000, 4000).png().toBuffer()), /too long/)
  await until(() => imageConverters().length === 0)
})

test('many at once are converted a few at a time, by processes that are used again, and none is left', async (t) => {
  const images = openImageProcesses(t, { most: 2 })
  const bytes = await red(64, 64).webp().toBuffer()
  const pids = new Set<number>()
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 8 }, () => images.convert(bytes)))
    for (const pid of imageConverters()) pids.add(pid)
  }
  assert.ok(pids.size <= 2, `${pids.size} processes`)
  await images.close()
  assert.deepEqual(imageConverters(), [])
  await assert.rejects(images.convert(bytes), ConverterKilled)
})

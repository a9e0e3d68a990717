import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { ModelError } from '../../../../../src/models/model.ts'
import { GIVEN_UP, logFailedAttempts } from '../../../../../src/runs/execute/ask/log-failed-attempt.ts'
import { Ledger } from '../../../../../src/runs/ledger.ts'
import { aRequest } from '../../../../support/runs.ts'

test('each failed attempt of a run has a line, and of a shadow run the one that was the last', () => {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line).next) })
  const failure = new ModelError('server_error', 'broken', { retryable: true })
  const ledger = new Ledger([], 1, 'w')
  ledger.open(1)
  const [attempt] = ledger.all()
  assert.ok(attempt)
  const linesOf = (shadowOf: string | undefined): string[] => {
    const write = logFailedAttempts(log, aRequest({ shadowOf }), false)
    write(attempt, { failure }, 'again in 5 ms')
    write(attempt, { issues: [] }, 'again')
    write(attempt, { failure }, GIVEN_UP)
    return lines.splice(0)
  }
  assert.deepEqual(linesOf(undefined), ['again in 5 ms', 'again', GIVEN_UP])
  assert.deepEqual(linesOf('the-run-of-a-caller'), [GIVEN_UP])
})

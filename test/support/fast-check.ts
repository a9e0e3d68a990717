import fc from 'fast-check'

/** Always the same, so that no run of all tests meets what no other has met; another one with SPLITRUN_TEST_FUZZ_SEED. */
export const SEED = Number(process.env['SPLITRUN_TEST_FUZZ_SEED'] ?? 20_251_124)

fc.configureGlobal({ seed: SEED })

/**
 * Not for the key of a member that one backslash is all of: once JSON.parse has met that, V8 takes keys for it that are
 * one escaped character (nodejs/node#63785), in objects that began alike.
 */
export const isReadAsWritten = (key: string): boolean => key !== '\\'

/** fast-check, whose properties are tried with the same values each time. */
export default fc

-- What a run does whose result may be reused: takes the result that is kept, leads, which is to execute, or waits for the
-- run that leads. Marks what it is about, so that it is known of the next run that it was asked before.
-- ARGV: task, hash of the question, run, age in ms that a result must not have reached ('': none is looked for), lease in
--   ms, hash of what it is about, for how long that is marked in ms, bytes of a mark, most bytes of the project.
-- Returns {'hit', result}, {'lead'}, {'wait', ms until a lease ends, how many runs wait before it}, or {'beside'} when it
--   looks for none; before that 1 where the same was asked before by another run.
local task, hash, run, age, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local leads, waiting = key.leads(task, hash), key.waiting(task, hash)

local asked_by = find(task, ARGV[6])
if not asked_by then keep(task, ARGV[6], run, ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])) end
local repeated = (asked_by and asked_by ~= run) and 1 or 0
if not age then return { repeated, 'beside' } end

local text, old = find(task, hash)
if text and old < age then
  call('ZREM', leads, run)
  call('ZREM', waiting, run)
  return { repeated, 'hit', text }
end

call('ZREMRANGEBYSCORE', leads, '-inf', now)
-- After failures more may try at once, so that many runs that all fail do not wait for each other for long.
local most = math.max(1, tonumber(call('GET', key.failed(task, hash)) or '0'))
if call('ZSCORE', leads, run) or call('ZCARD', leads) < most then
  call('ZADD', leads, now + lease, run)
  if call('PTTL', leads) < lease then call('PEXPIRE', leads, lease) end
  call('ZREM', waiting, run)
  return { repeated, 'lead' }
end
-- A run that waits looks again within three leases.
call('ZADD', waiting, '0', run)
call('PEXPIRE', waiting, 4 * lease)
local ends = call('ZRANGE', leads, '0', '0', 'WITHSCORES')[2]
return { repeated, 'wait', math.max(0, math.ceil(ends - now)), call('ZRANK', waiting, run) }

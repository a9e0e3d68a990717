-- What a run does whose result may be reused: takes the result that is kept, leads, which is to execute, or waits for the
-- run that leads. Time is Redis' own.
-- ARGV: task, hash of the question, run, age in ms that a result must not have reached, lease in ms.
-- Returns {'hit', result}, {'lead'}, or {'wait', ms until a lease ends, how many runs wait before it}.
local call = redis.call
local task, hash, run, age, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local leads, waiting = key.leads(task, hash), key.waiting(task, hash)

local kept = call('GET', key.result(task, hash))
if kept and now - tonumber(string.match(kept, '^%d+')) < age then
  call('ZREM', leads, run)
  call('ZREM', waiting, run)
  return { 'hit', string.match(kept, '^%d+ (.*)$') }
end

call('ZREMRANGEBYSCORE', leads, '-inf', now)
-- After failures more may try at once, so that many runs that all fail do not wait for each other for long.
local most = math.max(1, tonumber(call('GET', key.failed(task, hash)) or '0'))
if call('ZSCORE', leads, run) or call('ZCARD', leads) < most then
  call('ZADD', leads, now + lease, run)
  if call('PTTL', leads) < lease then call('PEXPIRE', leads, lease) end
  call('ZREM', waiting, run)
  return { 'lead' }
end
-- A run that waits looks again within three leases.
call('ZADD', waiting, '0', run)
call('PEXPIRE', waiting, 4 * lease)
return { 'wait', math.max(0, math.ceil(call('ZRANGE', leads, '0', '0', 'WITHSCORES')[2] - now)), call('ZRANK', waiting, run) }

-- Whether a run that waits need not: there is a result, or room for one more that leads. If it has to, it is among those that
-- wait: it may have been told to look, and taken from them, before it was back in its queue.
-- ARGV: task, hash of the question, run, lease in ms, age in ms that a result must not have reached: an older one is none for
--   this run, as it is when it looks.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local task, hash, waiting = ARGV[1], ARGV[2], key.waiting(ARGV[1], ARGV[2])
local kept = string.match(redis.call('GETRANGE', key.result(task, hash), '0', '15'), '^(%d+) ')
if kept and now - kept < tonumber(ARGV[5]) then return 1 end
local most = math.max(1, tonumber(redis.call('GET', key.failed(task, hash)) or '0'))
if redis.call('ZCOUNT', key.leads(task, hash), '(' .. now, '+inf') < most then return 1 end
redis.call('ZADD', waiting, '0', ARGV[3])
redis.call('PEXPIRE', waiting, 4 * ARGV[4])
return 0

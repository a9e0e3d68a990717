-- Ends a run, once: refuses a stale fence, writes the result, adds its numbers to the rollups and tells the
-- waiting processes, all in one step.
-- KEYS: run, running runs of the project, runs of the project with the final status, rollups (the index),
--   rollup for ever, rollup of the day.
-- ARGV: run id, fence, status, result, attempts, retention in ms, what the index calls the rollup, result for the
--   reply streams ('' when too large), prefix of reply streams, prefix of run keys, days that the daily rollup is
--   kept, then pairs of rollup field and whole-number increment.
-- Returns 1, or 0 when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence', 'watchers', 'revision')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'result', ARGV[4], 'attempts', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('ZREM', KEYS[2], ARGV[1])
if ARGV[3] ~= 'succeeded' then
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[3], 0, 1)) do
    if redis.call('EXISTS', ARGV[10] .. oldest) == 0 then redis.call('ZREM', KEYS[3], oldest) end
  end
  redis.call('ZADD', KEYS[3], 0, ARGV[1])
end
redis.call('SADD', KEYS[4], ARGV[7])
for i = 12, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[5], ARGV[i], ARGV[i + 1])
  redis.call('HINCRBY', KEYS[6], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[6], ARGV[11] * 86400)
if found[3] then
  for watcher in string.gmatch(found[3], '[^,]+') do
    local stream = ARGV[9] .. watcher
    redis.call('XADD', stream, 'MAXLEN', '~', 2000, '*', 'run', ARGV[1], 'result', ARGV[8], 'attempts', ARGV[5], 'revision', found[4] or '')
    redis.call('EXPIRE', stream, 60)
  end
end
return 1

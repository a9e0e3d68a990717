-- Gives a claimed run back, its claim uncounted: running -> queued. Whoever calls sees to its job.
-- KEYS: run, queued runs of the project, lanes, enqueued, running runs of the project, running.
-- ARGV: run id, fence, attempts to keep, project, now, 1 when its job is put off: then it does not count among the
--   runs that its project has in the queue, and others may enter meanwhile.
-- Returns 1, or 0 when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
redis.call('HINCRBY', KEYS[1], 'claims', -1)
redis.call('HSET', KEYS[1], 'status', 'queued', 'attempts', ARGV[3])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('HINCRBY', KEYS[3], '*', 1)
if ARGV[6] ~= '1' then
  redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
  redis.call('HINCRBY', KEYS[3], ARGV[4], 1)
end
return 1

-- Gives a claimed run back, its attempt unused: running -> queued.
-- KEYS: run, queued runs of the project, running runs of the project. ARGV: run id, fence, attempts to keep.
-- Returns 1, or 0 when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
redis.call('HINCRBY', KEYS[1], 'claims', -1)
redis.call('HSET', KEYS[1], 'status', 'queued', 'attempts', ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 1

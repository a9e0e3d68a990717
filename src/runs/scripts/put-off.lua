-- A queued run whose job is delivered later no longer stands in the way of its project's other runs.
-- KEYS: lane, lanes, enqueued. ARGV: run id, project, window, prefix of run keys.
-- Returns {id, request, ...} of runs that need a job now.
if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then return {} end
if redis.call('HINCRBY', KEYS[2], ARGV[2], -1) <= 0 then redis.call('HDEL', KEYS[2], ARGV[2]) end
return refill(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4])

-- Creates a run, queued. KEYS: run, runs of the project, runs of the task, queued runs of the project.
-- ARGV: run id, request, id of the API process that waits ('' for none), prefix of run keys.
-- Returns 1, or 0 when the id exists already.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'status', 'queued', 'request', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'watchers', ARGV[3]) end
for i = 2, 3 do
  -- Each new run sweeps out up to two index entries whose record has expired: lists stay as long as retention.
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[i], 0, 1)) do
    if redis.call('EXISTS', ARGV[4] .. oldest) == 0 then redis.call('ZREM', KEYS[i], oldest) end
  end
  redis.call('ZADD', KEYS[i], 0, ARGV[1])
end
redis.call('ZADD', KEYS[4], 0, ARGV[1])
return 1

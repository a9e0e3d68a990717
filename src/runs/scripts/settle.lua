-- Ends a run, once: refuses a stale fence, writes the result, puts its numbers down for the rollups and tells the
-- waiting processes, all in one step.
-- KEYS: run, queued runs of the project, lane, lanes, enqueued, running runs of the project, running, runs of the
--   project with the final status, tallies.
-- ARGV: run id, fence ('' for a run that no worker has: it must be queued), status, result, attempts, retention in
--   ms, project, window, result for the reply streams ('' when too large), prefix of reply streams, prefix of run
--   keys, tally ('' for none).
-- Returns {} or {id, request, ...} of runs that need a job now; nil when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence', 'watchers', 'revision')
local entered = {}
if ARGV[2] == '' then
  if found[1] ~= 'queued' then return nil end
  leave_queue(KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[7], ARGV[1])
  entered = refill(KEYS[3], KEYS[4], KEYS[5], ARGV[7], ARGV[8], ARGV[11])
else
  if found[1] ~= 'running' or found[2] ~= ARGV[2] then return nil end
  redis.call('ZREM', KEYS[6], ARGV[1])
  redis.call('ZREM', KEYS[7], ARGV[1])
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'result', ARGV[4], 'attempts', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if ARGV[3] ~= 'succeeded' then
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[8], 0, 1)) do
    if redis.call('EXISTS', ARGV[11] .. oldest) == 0 then redis.call('ZREM', KEYS[8], oldest) end
  end
  redis.call('ZADD', KEYS[8], 0, ARGV[1])
end
if ARGV[12] ~= '' then redis.call('RPUSH', KEYS[9], ARGV[12]) end
if found[3] then
  for watcher in string.gmatch(found[3], '[^,]+') do
    local stream = ARGV[10] .. watcher
    redis.call('XADD', stream, 'MAXLEN', '~', 2000, '*', 'run', ARGV[1], 'result', ARGV[9], 'attempts', ARGV[5], 'revision', found[4] or '')
    redis.call('EXPIRE', stream, 60)
  end
end
return entered

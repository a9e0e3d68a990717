-- Ends a run, once: refuses a stale fence, writes the result, puts its numbers down for the rollups, removes its job and
-- tells the waiting processes, all in one step.
-- ARGV: run id, fence ('' for a run that no worker has: it must be queued), status, result, attempts, retention in
--   ms, project, window, result for the reply streams ('' when too large), tally ('' for none).
-- Returns 1, or 0 when the run is no longer this claim's.
local id, fence, status, project = ARGV[1], ARGV[2], ARGV[3], ARGV[7]
local run = run_key(id)
local found = redis.call('HMGET', run, 'status', 'fence', 'watchers', 'revision')
if fence == '' then
  if found[1] ~= 'queued' then return 0 end
  leave_queue(id, project)
  refill(project, ARGV[8])
else
  if found[1] ~= 'running' or found[2] ~= fence then return 0 end
  redis.call('ZREM', runs_in(project, 'running'), id)
  redis.call('ZREM', shard .. 'running', id)
  remove_active_job(id)
end
redis.call('HSET', run, 'status', status, 'result', ARGV[4], 'attempts', ARGV[5])
redis.call('PEXPIRE', run, ARGV[6])
if status ~= 'succeeded' then
  local index = runs_in(project, status)
  for _, oldest in ipairs(redis.call('ZRANGE', index, 0, 1)) do
    if redis.call('EXISTS', run_key(oldest)) == 0 then redis.call('ZREM', index, oldest) end
  end
  redis.call('ZADD', index, 0, id)
end
if ARGV[10] ~= '' then redis.call('RPUSH', shard .. 'tallies', ARGV[10]) end
if found[3] then
  for watcher in string.gmatch(found[3], '[^,]+') do
    local stream = shard .. 'reply:' .. watcher
    redis.call('XADD', stream, 'MAXLEN', '~', 2000, '*', 'run', id, 'result', ARGV[9], 'attempts', ARGV[5], 'revision', found[4] or '')
    redis.call('EXPIRE', stream, 60)
  end
end
return 1

-- Gives a claimed run back, its claim uncounted: running -> queued. Whoever calls sees to its job.
-- ARGV: run id, fence, attempts to keep, project, now, 1 when its job is put off: then it does not count among the
--   runs that its project has in the queue, and others may enter meanwhile.
-- Returns 1, or 0 when the run is no longer this claim's.
local id, project, run = ARGV[1], ARGV[4], run_key(ARGV[1])
local found = call('HMGET', run, 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
call('HINCRBY', run, 'claims', '-1')
call('HSET', run, 'status', 'queued', 'attempts', ARGV[3])
-- Nothing was done for it yet: it waits as if it had never been taken.
if ARGV[3] == '' then call('HDEL', run, 'claimed') end
call('ZREM', runs_in(project, 'running'), id)
call('ZREM', shard .. 'running', id)
call('ZADD', runs_in(project, 'queued'), '0', id)
call('HINCRBY', lanes, '*', '1')
if ARGV[6] ~= '1' then
  call('ZADD', enqueued, ARGV[5], id)
  call('HINCRBY', lanes, project, '1')
end
return 1

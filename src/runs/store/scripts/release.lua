-- Releases a claimed run with its job: running -> queued; the claim is not counted.
-- ARGV: run id, fence, attempts to keep, project, when it expires in ms, when its job is delivered in ms (0: next), how
--   long that is from now, the model that it waits for, '1' when it waits for a limit of it,
--   what its part in the reuse of results is ('' leaves it as it is), window. A deferred run has no place in the window, so
--   that others can use it. One that waits for another model now goes into the backlog of that, where its window is full:
--   a model that all runs give up for another would fill the queue with them.
-- Returns 1; 0 when the fence is stale; 2 when the cancel of the run was requested: then the claim stays valid.
local id, project, run = ARGV[1], ARGV[4], key.run(ARGV[1])
local found = call('HMGET', run, 'status', 'fence', 'cancel', 'live', 'model')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
if found[3] then return 2 end
if found[4] then tell_listeners(found[4], id) end
call('HINCRBY', run, 'claims', '-1')
call('HSET', run, 'status', 'queued', 'attempts', ARGV[3], 'model', ARGV[8])
if ARGV[10] ~= '' then call('HSET', run, 'share', ARGV[10]) end
-- No model was called for it yet: it waits as if it had never been claimed.
if ARGV[3] == '' then
  if ARGV[9] == '1' then call('HSETNX', run, 'limited', call('HGET', run, 'claimed')) end
  call('HDEL', run, 'claimed')
end
call('ZREM', key.runs_in(project, 'running'), id)
call('ZREM', key.running, id)
call('ZADD', key.runs_in(project, 'queued'), '0', id)
call('ZADD', key.expiring, ARGV[5], id)
call('HINCRBY', key.queued_bytes, project, call('HSTRLEN', run, 'request'))
local due, flow = tonumber(ARGV[6]), project .. ':' .. ARGV[8]
local is_new = found[5] ~= ARGV[8]
if due > 0 then
  delay_job(id, due, ARGV[7])
  call('ZADD', key.deferred, due, id)
elseif is_new and tonumber(call('HGET', key.enqueued_counts, flow) or '0') >= tonumber(ARGV[11]) then
  reclaim_job(id)
  call('UNLINK', key.job(id))
  call('ZADD', key.backlog(project, ARGV[8]), '0', id)
else
  return_job(id)
  call('ZADD', key.enqueued, call('HGET', key.job(id), 'timestamp'), id)
  call('HINCRBY', key.enqueued_counts, flow, '1')
end
return 1

-- Sets another revision for a run that was just claimed for the first time. ARGV: run id, fence, revision.
-- Returns 1, or 0 when the fence is stale.
local run = key.run(ARGV[1])
local found = redis.call('HMGET', run, 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
redis.call('HSET', run, 'revision', ARGV[3])
return 1

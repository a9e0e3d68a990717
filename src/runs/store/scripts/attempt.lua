-- Writes the ledger of attempts before the next model call. ARGV: run id, fence, attempts.
-- Returns 1, or 0 when the fence is stale.
local run = key.run(ARGV[1])
local found = redis.call('HMGET', run, 'status', 'fence', 'live')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return 0 end
redis.call('HSET', run, 'attempts', ARGV[3])
if found[3] then tell_listeners(found[3], ARGV[1]) end
return 1

-- Draws another revision for a run that was just claimed for the first time. KEYS: run. ARGV: fence, revision.
-- Returns 1, or 0 when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2])
return 1

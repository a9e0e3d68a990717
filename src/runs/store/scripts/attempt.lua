-- Writes the ledger of attempts before the next model call. KEYS: run. ARGV: fence, attempts.
-- Returns 1, or 0 when the run is no longer this claim's.
local found = redis.call('HMGET', KEYS[1], 'status', 'fence')
if found[1] ~= 'running' or found[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'attempts', ARGV[2])
return 1

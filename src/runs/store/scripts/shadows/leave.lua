-- Leaves a shadow run to be made. ARGV: entry, most that may wait.
-- Returns 1, or 0 when too many wait.
if redis.call('LLEN', key.shadows) >= tonumber(ARGV[2]) then return 0 end
redis.call('LPUSH', key.shadows, ARGV[1])
return 1

-- Leaves a shadow run to be made. ARGV: entry, most that may wait, delta of one that is not made for that reason.
-- Returns 1, or 0 when too many wait.
if redis.call('LLEN', key.shadows) >= tonumber(ARGV[2]) then
  redis.call('RPUSH', key.deltas, ARGV[3])
  return 0
end
redis.call('LPUSH', key.shadows, ARGV[1])
return 1

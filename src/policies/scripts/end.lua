-- Counts what a run used that has ended, and gives its places back. ARGV: run id, its tokens, how many runs fewer are
-- counted (1 for one that was never accepted), names of its policies.
-- A bucket that nobody counts any more is full; one that gets too much is no fuller than that when it is read.
local function change(level, by)
  if redis.call('HEXISTS', key.limit_levels, level) == 1 then redis.call('HINCRBYFLOAT', key.limit_levels, level, by) end
end
for at = 4, #ARGV do
  if ARGV[2] ~= '0' then change(ARGV[at] .. '|tokens', '-' .. ARGV[2]) end
  if ARGV[3] ~= '0' then change(ARGV[at] .. '|requests', ARGV[3]) end
  redis.call('ZREM', key.limited_runs(ARGV[at]), ARGV[1])
end
return 1

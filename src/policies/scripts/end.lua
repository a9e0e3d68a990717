-- Counts what a run used that has ended, and gives its places back. ARGV: run id, its tokens, names of its policies.
for at = 3, #ARGV do
  local tokens = ARGV[at] .. '|tokens'
  -- A bucket that nobody counts any more is full.
  if redis.call('HEXISTS', key.limit_levels, tokens) == 1 then
    redis.call('HINCRBYFLOAT', key.limit_levels, tokens, -ARGV[2])
  end
  redis.call('ZREM', key.limited_runs(ARGV[at]), ARGV[1])
end
return 1

-- Takes an entry out of the index of rollouts, unless it was added anew. KEYS: the index. ARGV: the entry, when it was
-- added. Returns 1 when it is taken out.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])

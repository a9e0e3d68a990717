-- Forgets results. ARGV: for each its task and the hash of its question.
for at = 1, #ARGV, 2 do
  local name = ARGV[at] .. ':' .. ARGV[at + 1]
  redis.call('UNLINK', key.result(ARGV[at], ARGV[at + 1]))
  redis.call('ZREM', key.kept, name)
  local bytes = redis.call('HGET', key.sizes, name)
  if bytes then
    redis.call('HDEL', key.sizes, name)
    redis.call('HINCRBY', key.sizes, 'all', -bytes)
  end
end
return 1

-- Decides whether a name is counted by itself, and adds it to the set if so. KEYS: the set of these names. ARGV: name,
-- most names, the common name of all others. Returns 1, or 0 when it is counted under the common name.
if ARGV[1] == ARGV[3] or redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  redis.call('SADD', KEYS[1], ARGV[1])
  return 1
end
local names = redis.call('SCARD', KEYS[1]) - redis.call('SISMEMBER', KEYS[1], ARGV[3])
if names < tonumber(ARGV[2]) then return redis.call('SADD', KEYS[1], ARGV[1]) end
redis.call('SADD', KEYS[1], ARGV[3])
return 0

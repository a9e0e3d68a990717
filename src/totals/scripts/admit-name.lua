-- Says whether a name is counted under its own name. KEYS: names that are. ARGV: name, most names, name that stands for
-- all others. Returns 1 when it is (it is among the names from now on), 0 when it is counted with the others.
if ARGV[1] == ARGV[3] or redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  redis.call('SADD', KEYS[1], ARGV[1])
  return 1
end
local names = redis.call('SCARD', KEYS[1]) - redis.call('SISMEMBER', KEYS[1], ARGV[3])
if names < tonumber(ARGV[2]) then return redis.call('SADD', KEYS[1], ARGV[1]) end
redis.call('SADD', KEYS[1], ARGV[3])
return 0

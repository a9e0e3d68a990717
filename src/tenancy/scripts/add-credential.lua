-- Adds a credential, where its id is free and there is room for one more. KEYS: credentials of the project. ARGV: id, the
-- credential, how many there may be. Returns 1, 0 when the id is taken, or -1 when there are as many.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1

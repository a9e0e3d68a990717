-- Says whether a revision has series of its own in the metrics, and gives it a place where there is one.
-- KEYS: revisions that have, and those of its project. ARGV: its name, most of all, how many each project may have at
--   least, whatever others have.
-- Returns 1 when it has, 0 when it is counted with the others.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
local own, all = redis.call('SCARD', KEYS[2]), redis.call('SCARD', KEYS[1])
if all >= tonumber(ARGV[2]) and own >= tonumber(ARGV[3]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
return 1

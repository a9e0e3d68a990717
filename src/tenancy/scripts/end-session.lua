-- Remembers that a session was signed out. KEYS: hash of the sessions of its credential that were. ARGV: id of the session,
-- in how many seconds it would have expired, how many are kept.
-- Ids sort by when sessions were opened. Of too many the older half is put together: `to` is the newest of them, and stands
-- for all that were opened until then, also for those that nobody has signed out.
local to = redis.call('HGET', KEYS[1], 'to') or ''
if ARGV[1] <= to then return end
redis.call('HSET', KEYS[1], ARGV[1], '')
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then
  redis.call('HDEL', KEYS[1], 'to')
  local ids = redis.call('HKEYS', KEYS[1])
  table.sort(ids)
  local older = math.ceil(#ids / 2)
  redis.call('HSET', KEYS[1], 'to', ids[older])
  for at = 1, older do redis.call('HDEL', KEYS[1], ids[at]) end
end
-- No session of a credential outlives one that was opened later.
redis.call('EXPIRE', KEYS[1], math.max(redis.call('TTL', KEYS[1]), ARGV[2]))

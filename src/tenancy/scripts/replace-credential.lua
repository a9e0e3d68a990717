-- Changes a credential, unless somebody else has since it was read: so a revocation cannot be undone by a rotation that
-- overlaps it. KEYS: credentials of the project. ARGV: id, what was read, what replaces it. Returns 1, or 0.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1

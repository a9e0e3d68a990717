-- Puts a text in the place of another. ARGV: what is expected to be there, and what is to be ('' for nothing).
-- Returns 0, and changes nothing, when something else is there.
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
return 1

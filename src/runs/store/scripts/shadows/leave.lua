-- Leaves shadow runs to be made. ARGV: most that may wait, then the entries.
-- Returns how many of them wait now, the first ones; too many wait for the others.
local room = math.max(0, tonumber(ARGV[1]) - redis.call('LLEN', key.shadows))
local left = math.min(room, #ARGV - 1)
if left > 0 then redis.call('LPUSH', key.shadows, unpack(ARGV, 2, left + 1)) end
return left

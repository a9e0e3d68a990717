-- Removes runs without a record from an index. KEYS[2]: the index. ARGV: bounds of the ids, and how many to look at.
-- Returns how many were removed, and the last id that was looked at; '' when there are no more.
local ids = redis.call('ZRANGE', KEYS[2], ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', '0', ARGV[3])
local gone = {}
for _, id in ipairs(ids) do
  if redis.call('EXISTS', key.run(id)) == 0 then gone[#gone + 1] = id end
end
if #gone > 0 then redis.call('ZREM', KEYS[2], unpack(gone)) end
return { #gone, #ids == tonumber(ARGV[3]) and ids[#ids] or '' }

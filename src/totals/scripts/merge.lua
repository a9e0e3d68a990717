-- Adds what tallies summed up to the totals, and takes the tallies away, in one step.
-- KEYS: tallies, then per total: the index that names it, the total.
-- ARGV: the first of the tallies that were summed up, how many they were, then per total: its name, how long it is kept
--   in seconds (0: for ever), and pairs of field and whole number with a space between them.
-- Returns 1, or 0 when somebody else was faster: tallies are only ever added behind the others, and each is another run's,
-- so the first one is the same only while all that were read are still there.
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[2], -1)
local at = 3
for key = 2, #KEYS, 2 do
  redis.call('SADD', KEYS[key], ARGV[at])
  for field, by in string.gmatch(ARGV[at + 2], '(%S+) (%S+)') do redis.call('HINCRBY', KEYS[key + 1], field, by) end
  if ARGV[at + 1] ~= '0' then
    redis.call('EXPIRE', KEYS[key], ARGV[at + 1])
    redis.call('EXPIRE', KEYS[key + 1], ARGV[at + 1])
  end
  at = at + 3
end
return 1

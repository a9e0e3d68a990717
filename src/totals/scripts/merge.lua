-- Adds the sums of deltas to the totals, and removes these deltas, in one step.
-- KEYS: the list of deltas, then for each total: the index of its name, the total.
-- ARGV: the first of the deltas that were summed up, their number, then for each total: its name, how long it is kept in
--   seconds (0: for ever), and pairs of field and whole number, all separated by spaces.
-- Returns 1, or 0 when another process has merged them. Deltas are only appended, and no two are the same (each has its
--   run's id). So when the first one is still there, all that were read are.
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[2], -1)

-- A sum that is beyond all numbers stays as it is: Redis undoes nothing, so to fail here would lose what all others added.
local function add(total, field, by)
  local done = redis.pcall('HINCRBY', total, field, by)
  if type(done) ~= 'table' or not done.err then return end
  if not string.find(done.err, 'overflow', 1, true) and not string.find(done.err, 'out of range', 1, true) then error(done.err) end
end

local at = 3
for key = 2, #KEYS, 2 do
  redis.call('SADD', KEYS[key], ARGV[at])
  for field, by in string.gmatch(ARGV[at + 2], '(%S+) (%S+)') do add(KEYS[key + 1], field, by) end
  if ARGV[at + 1] ~= '0' then
    redis.call('EXPIRE', KEYS[key], ARGV[at + 1])
    redis.call('EXPIRE', KEYS[key + 1], ARGV[at + 1])
  end
  at = at + 3
end
return 1

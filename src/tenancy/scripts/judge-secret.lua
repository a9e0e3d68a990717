-- Judges a secret, and counts a wrong one, in one step: of many that come at once, only so many are judged as are allowed.
-- KEYS: count of client and address, count of the address. ARGV: '1' for the right secret, '0' for a wrong one; first
--   pause, longest pause and memory in ms; then how many each count is allowed before it brings a pause.
-- A count lives for its pause and then the memory, so its time to live tells what is left of the pause.
-- Returns 0 when it was judged, or for how many ms none is judged now.
local memory = tonumber(ARGV[4])
local left = 0
for _, key in ipairs(KEYS) do left = math.max(left, redis.call('PTTL', key) - memory) end
if left > 0 then return left end
if ARGV[1] == '1' then
  -- The address's own count stays: it may know one secret and guess others.
  redis.call('DEL', KEYS[1])
  return 0
end
for index, key in ipairs(KEYS) do
  local beyond = redis.call('INCR', key) - tonumber(ARGV[4 + index])
  local pause = beyond < 0 and 0 or math.min(ARGV[2] * 2 ^ math.min(beyond, 40), tonumber(ARGV[3]))
  redis.call('PEXPIRE', key, string.format('%.0f', pause + memory))
end
return 0

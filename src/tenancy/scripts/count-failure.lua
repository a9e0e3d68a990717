-- Counts a wrong secret. KEYS: count of client and address, count of the address. ARGV: how many each is allowed before
-- it brings a pause; first pause, longest pause and memory in ms. A count lives for its pause and then the memory.
for index, key in ipairs(KEYS) do
  local beyond = redis.call('INCR', key) - tonumber(ARGV[index])
  local pause = beyond < 0 and 0 or math.min(ARGV[3] * 2 ^ math.min(beyond, 40), tonumber(ARGV[4]))
  redis.call('PEXPIRE', key, string.format('%.0f', pause + ARGV[5]))
end

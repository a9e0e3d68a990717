-- Takes shadow runs for a worker, unless a caller's run waits: it goes first. ARGV: now, until when the worker counts as
-- there, most to take.
-- Returns how many are left, then for each that is taken: entry, 1 when the worker that had it before is lost.
local now, lease, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local reply, taken = { 0 }, {}
local function take(entry, lost)
  reply[#reply + 1], reply[#reply + 2] = entry, lost
  taken[#taken + 1], taken[#taken + 2] = lease, entry
end
for _, entry in ipairs(call('ZRANGEBYSCORE', key.shadows_taken, '-inf', now, 'LIMIT', '0', most)) do take(entry, 1) end
local room = most - #taken / 2
if room > 0 and not is_work_left() then
  for _, entry in ipairs(call('RPOP', key.shadows, room) or {}) do take(entry, 0) end
end
if #taken > 0 then call('ZADD', key.shadows_taken, unpack(taken)) end
reply[1] = call('LLEN', key.shadows)
return reply

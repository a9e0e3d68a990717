-- Ends the lead of a run, and says which runs need no longer wait for it. Time is Redis' own.
-- ARGV: task, hash of the question, run, what became of it: `kept` (its result is kept from now on), `alone` (its result
--   cannot be shared: for a while nobody waits), `failed`, `released` (it executes later, or not at all); for how long that
--   counts in ms, most ids to return, and for `kept` the result, its bytes, and the most bytes that the project may keep.
-- Returns ids of runs that waited, the oldest first.
local call = redis.call
local task, hash, run, became, lasts = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local leads, waiting, failed = key.leads(task, hash), key.waiting(task, hash), key.failed(task, hash)
local UNLIMITED = 1000000000

-- `kept` names results by when they end, `sizes` says how many bytes each has, and all together (`all`).
local function forget(name)
  local bytes = call('HGET', key.sizes, name)
  if not bytes then return end
  call('HDEL', key.sizes, name)
  call('HINCRBY', key.sizes, 'all', -bytes)
end

local function keep(result, bytes, most)
  for _, name in ipairs(call('ZRANGE', key.kept, '-inf', now, 'BYSCORE', 'LIMIT', '0', '100')) do
    call('ZREM', key.kept, name)
    forget(name)
  end
  local own = task .. ':' .. hash
  forget(own)
  call('ZREM', key.kept, own)
  -- What ends next makes room.
  while tonumber(call('HGET', key.sizes, 'all') or '0') + bytes > most do
    local first = call('ZPOPMIN', key.kept)[1]
    if not first then
      call('DEL', key.sizes)
      break
    end
    call('UNLINK', key.result(string.match(first, '^(.*):(.*)$')))
    forget(first)
  end
  call('SET', key.result(task, hash), string.format('%.0f', now) .. ' ' .. result, 'PX', lasts)
  call('ZADD', key.kept, now + lasts, own)
  call('HSET', key.sizes, own, bytes)
  call('HINCRBY', key.sizes, 'all', bytes)
  for _, each in ipairs({ key.kept, key.sizes }) do
    if call('PTTL', each) < tonumber(lasts) then call('PEXPIRE', each, lasts) end
  end
end

call('ZREM', leads, run)
call('ZREM', waiting, run)
if became == 'kept' then
  call('DEL', failed)
  keep(ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]))
elseif became == 'alone' then
  call('SET', failed, UNLIMITED, 'PX', lasts)
elseif became == 'failed' then
  call('INCR', failed)
  call('PEXPIRE', failed, lasts)
end
local most = tonumber(ARGV[6])
if became ~= 'kept' then
  local room = math.max(1, tonumber(call('GET', failed) or '0')) - call('ZCOUNT', leads, '(' .. now, '+inf')
  most = math.min(most, room)
end
if most < 1 then return {} end
local ids = {}
for at, id in ipairs(call('ZPOPMIN', waiting, most)) do
  -- ZPOPMIN returns each member followed by its score.
  if at % 2 == 1 then ids[#ids + 1] = id end
end
return ids

-- Ends the lead of a run, and says which runs need no longer wait for it.
-- ARGV: task, hash of the question, run, what became of it: `kept` (its result is kept from now on), `alone` (its result
--   cannot be shared: for a while nobody waits), `failed`, `released` (it executes later, or not at all); for how long that
--   counts in ms, most ids to return, and for `kept` the result, its bytes, the most bytes that the project may keep, the hash
--   of what it is about, the bytes of a mark, and '1' for one that stands in for a better result.
-- Returns ids of runs that waited, the oldest first.
local task, hash, run, became, lasts = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local leads, waiting, failed = key.leads(task, hash), key.waiting(task, hash), key.failed(task, hash)
local UNLIMITED = 1000000000

call('ZREM', leads, run)
call('ZREM', waiting, run)
if became == 'kept' then
  -- Others were promised what is there for so long: what takes its place lasts as long, and what stands in does not take it.
  local left = call('PTTL', key.result(task, hash))
  if left > tonumber(lasts) then
    if ARGV[12] == '1' then became = 'alone' else lasts = left end
  end
end
if became == 'kept' then
  call('DEL', failed)
  local most = tonumber(ARGV[9])
  keep(task, hash, ARGV[7], lasts, tonumber(ARGV[8]), most)
  -- The mark lasts as long as the result: else the next run would be the first of those that may count, or had a result,
  -- as its revision was drawn.
  local asked_by = find(task, ARGV[10])
  if call('PTTL', key.result(task, ARGV[10])) < tonumber(lasts) then
    keep(task, ARGV[10], asked_by or run, lasts, tonumber(ARGV[11]), most)
  end
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

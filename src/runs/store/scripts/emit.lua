-- Adds what models said to the texts of live runs, and tells it to those who listen.
-- ARGV: for each run: id, fence, head (the line before the text: see `live-texts.ts`), where in the text this piece begins
--   in bytes, the piece, how long the text is kept if nobody ends the run, in ms.
-- Returns for each run how many API processes listen; -1 when the claim is stale; -2 when the text does not end where this
-- piece begins: then it is to be sent whole, as a piece that begins at 0.
local function emit(id, fence, head, offset, piece, keep)
  local run, live = key.run(id), key.live(id)
  local found = redis.call('HMGET', run, 'status', 'fence', 'live')
  if found[1] ~= 'running' or found[2] ~= fence then return -1 end
  local listeners = found[3]
  if offset == '0' then
    redis.call('SET', live, head .. '\n' .. piece, 'PX', keep)
    if not listeners then redis.call('HSET', run, 'live', '') end
  elseif redis.call('GETRANGE', live, 0, #head) ~= head .. '\n' or redis.call('STRLEN', live) ~= #head + 1 + offset then
    return -2
  else
    redis.call('APPEND', live, piece)
  end
  if not listeners or listeners == '' then return 0 end
  -- The piece is last, since it may contain anything.
  local heard = tell_listeners(listeners, table.concat({ id, head, offset, piece }, '\0'))
  local left = table.concat(heard, ',')
  if left ~= listeners then redis.call('HSET', run, 'live', left) end
  return #heard
end

local outcomes = {}
for at = 1, #ARGV, 6 do outcomes[#outcomes + 1] = emit(unpack(ARGV, at, at + 5)) end
return outcomes

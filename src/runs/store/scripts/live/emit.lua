-- Adds what models said to the texts of live runs, and tells it to those who listen: each API process with one message.
-- ARGV: most bytes of a piece that is told, then for each run: id, fence, head (the line before the text: see `live-texts.ts`), where in the text this piece begins
--   in bytes, the piece, its length in characters as JavaScript counts them, how long the text is kept if nobody ends the
--   run, in ms.
-- Returns for each run how many API processes listen; -1 when the claim is stale; -2 when the text does not end where this
-- piece begins: then it is to be sent whole, as a piece that begins at 0.
local most = tonumber(ARGV[1])
local messages, listened = {}, {}

local function emit(at, id, fence, head, offset, piece, chars, keep)
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
  -- Of a piece that is too long only its end is told: who listens reads it, a part at a time.
  local told = #piece <= most
  -- A piece may contain anything, so its length is before it.
  local message = table.concat({ id, head, offset, offset + #piece, told and chars or 0, told and piece or '' }, '\0')
  for api in string.gmatch(listeners, '[^,]+') do
    messages[api] = messages[api] or {}
    table.insert(messages[api], message)
  end
  listened[#listened + 1] = { at = at, run = run, apis = listeners }
  return 0
end

local outcomes = {}
for at = 2, #ARGV, 7 do outcomes[#outcomes + 1] = emit(#outcomes + 1, unpack(ARGV, at, at + 6)) end

local hears = {}
for api, pieces in pairs(messages) do hears[api] = tell(api, table.concat(pieces)) end
for _, each in ipairs(listened) do
  local heard = {}
  for api in string.gmatch(each.apis, '[^,]+') do
    if hears[api] then heard[#heard + 1] = api end
  end
  local left = table.concat(heard, ',')
  if left ~= each.apis then redis.call('HSET', each.run, 'live', left) end
  outcomes[each.at] = #heard
end
return outcomes

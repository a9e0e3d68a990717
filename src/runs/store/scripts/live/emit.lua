-- Adds what models said to the texts of live runs, and tells it to those who listen: each API process with one message.
-- ARGV: most bytes of a piece that is told, then for each run: id, fence, head (the line before the text: see `live-texts.ts`), where in the text this piece begins
--   in bytes, the piece, its length in characters as JavaScript counts them, how long the text is kept if nobody ends the
--   run, in ms.
-- Returns for each run how many API processes listen; -1 when the claim is stale; -2 when the text does not end where this
-- piece begins: then it is to be sent whole, as a piece that begins at 0.
local most = tonumber(ARGV[1])
local call = redis.call
local messages, listened = {}, {}

-- Nearly always one process listens to a run.
local function each_of(listeners, act)
  if not string.find(listeners, ',', 1, true) then return act(listeners) end
  for api in string.gmatch(listeners, '[^,]+') do act(api) end
end

local function emit(at, id, fence, head, offset, piece, chars, keep)
  local run, live = key.run(id), key.live(id)
  local found = call('HMGET', run, 'status', 'fence', 'live')
  if found[1] ~= 'running' or found[2] ~= fence then return -1 end
  local listeners = found[3]
  if offset == '0' then
    call('SET', live, head .. '\n' .. piece, 'PX', keep)
    if not listeners then call('HSET', run, 'live', '') end
  else
    if call('GETRANGE', live, '0', #head) ~= head .. '\n' then return -2 end
    local size = call('APPEND', live, piece) - #piece
    if size ~= #head + 1 + offset then
      -- It is sent whole now. Until then who reads finds what was there before.
      call('SET', live, call('GETRANGE', live, '0', size - 1), 'KEEPTTL')
      return -2
    end
  end
  if not listeners or listeners == '' then return 0 end
  -- Of a piece that is too long only its end is told: who listens reads it, a part at a time.
  local told = #piece <= most
  -- A piece may contain anything, so its length is before it.
  local message = id .. '\0' .. head .. '\0' .. offset .. '\0' .. (offset + #piece) .. '\0' ..
    (told and chars or '0') .. '\0' .. (told and piece or '')
  each_of(listeners, function(api)
    local pieces = messages[api]
    if pieces then pieces[#pieces + 1] = message else messages[api] = { message } end
  end)
  listened[#listened + 1] = { at, run, listeners }
  return 0
end

local outcomes = {}
for at = 2, #ARGV, 7 do outcomes[#outcomes + 1] = emit(#outcomes + 1, unpack(ARGV, at, at + 6)) end

local hears = {}
for api, pieces in pairs(messages) do hears[api] = tell(api, table.concat(pieces)) end
for _, each in ipairs(listened) do
  local at, run, listeners = unpack(each)
  local heard = {}
  each_of(listeners, function(api)
    if hears[api] then heard[#heard + 1] = api end
  end)
  if table.concat(heard, ',') ~= listeners then call('HSET', run, 'live', table.concat(heard, ',')) end
  outcomes[at] = #heard
end
return outcomes

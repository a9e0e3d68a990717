-- Reads runs without what may be large: the inputs, the response, and the attempts. ARGV: run ids.
-- Returns for each run {status, request, revision, fence, result, bytes of these, bytes of all, format, the
-- model that it waits for, feedback}, or {} without a record.
local function head(text)
  -- Stands before the large member, see run-record.ts; records of earlier versions have none.
  local at = string.find(text, '\n', 1, true)
  return at and string.sub(text, 1, at - 1) .. '}' or text
end

local reply = {}
for at, id in ipairs(ARGV) do
  local run = key.run(id)
  local found = redis.call('HMGET', run, 'status', 'request', 'revision', 'fence', 'result', 'format', 'model',
    'feedback')
  if found[1] and found[2] then
    local request, result = head(found[2]), head(found[5] or '')
    local feedback = found[8] or ''
    local whole = #found[2] + #(found[5] or '') + #feedback + redis.call('HSTRLEN', run, 'attempts')
    reply[at] = { found[1], request, found[3] or '', found[4] or '', result, #request + #result + #feedback,
      whole, found[6] or '', found[7] or '', feedback }
  else
    reply[at] = {}
  end
end
return reply

-- Functions on what is kept of a project: results, and marks of what was asked. `kept` names them by when they end, `sizes`
-- says how many bytes each has, and all together (`all`). Time is Redis' own.
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function forget(name)
  call('ZREM', key.kept, name)
  local bytes = call('HGET', key.sizes, name)
  if not bytes then return end
  call('HDEL', key.sizes, name)
  call('HINCRBY', key.sizes, 'all', -bytes)
end

-- Keeps a text under a hash for so many ms, behind the time at which it was kept, if the project has room for it. What ends
-- first makes room.
local function keep(task, hash, text, lasts, bytes, most)
  -- It ends with the last result in it, and the sizes may outlast it.
  if call('EXISTS', key.kept) == 0 then call('DEL', key.sizes) end
  for _, name in ipairs(call('ZRANGE', key.kept, '-inf', now, 'BYSCORE', 'LIMIT', '0', '100')) do forget(name) end
  local own = task .. ':' .. hash
  forget(own)
  if bytes > most then return end
  while tonumber(call('HGET', key.sizes, 'all') or '0') + bytes > most do
    local first = call('ZRANGE', key.kept, '0', '0')[1]
    if not first then
      call('DEL', key.sizes)
      break
    end
    call('UNLINK', key.result(string.match(first, '^(.*):(.*)$')))
    forget(first)
  end
  call('SET', key.result(task, hash), string.format('%.0f', now) .. ' ' .. text, 'PX', lasts)
  call('ZADD', key.kept, now + lasts, own)
  call('HSET', key.sizes, own, bytes)
  call('HINCRBY', key.sizes, 'all', bytes)
  for _, each in ipairs({ key.kept, key.sizes }) do
    if call('PTTL', each) < tonumber(lasts) then call('PEXPIRE', each, lasts) end
  end
end

-- What is kept under a hash, and how many ms ago that was; nil for nothing.
local function find(task, hash)
  local kept = call('GET', key.result(task, hash))
  if not kept then return nil end
  local at, text = string.match(kept, '^(%d+) (.*)$')
  return text, now - tonumber(at)
end

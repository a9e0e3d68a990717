-- Functions of the scripts of limits. KEYS[1] is the prefix of the server's keys. Time is Redis' own: one clock.
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local MINUTE = 60000
local DIMENSIONS = { 'requests', 'tokens', 'input', 'output' }
-- Debts and pauses last as long as they do, whoever calls meanwhile; this is for servers that nobody asks any more.
local FORGOTTEN_MS = 40 * 86400000
-- A bucket holds a little less than a server's: a call reaches the server later than it is reserved, and a server whose
-- bucket is full meanwhile does not fill it further.
local FULL = 0.98

local function capacity_of(limit) return math.max(math.min(1, limit), FULL * limit) end

-- A scope from ARGV: its name, '1' when its limits are learned, four limits per minute and the one of calls in flight,
-- each '' for none. `levels` are refilled until now.
local SCOPE_ARGS = 7
local function read_scope(at)
  local name = ARGV[at]
  local fields = { name .. '|at', name .. '|places', name .. '|paused', name .. '|wanted' }
  for _, dimension in ipairs(DIMENSIONS) do fields[#fields + 1] = name .. '|' .. dimension end
  for _, dimension in ipairs(DIMENSIONS) do fields[#fields + 1] = name .. '|limit:' .. dimension end
  fields[#fields + 1] = name .. '|largest'
  local found = call('HMGET', key.levels, unpack(fields))
  local scope = {
    name = name, limits = {}, levels = {}, concurrent = tonumber(ARGV[at + 6]),
    places = tonumber(found[2] or '0'), paused = tonumber(found[3] or '0'), wanted = tonumber(found[4] or '0'),
    largest = tonumber(found[#fields] or '0'),
  }
  local passed = now - tonumber(found[1] or now)
  if passed < 0 then
    -- The clock was set back, or is another machine's by now: buckets fill from here on.
    passed = 0
    call('HSET', key.levels, fields[1], now)
  end
  for index, dimension in ipairs(DIMENSIONS) do
    local limit = tonumber(ARGV[at + 1 + index]) or (ARGV[at + 1] == '1' and tonumber(found[8 + index])) or nil
    -- Before it was known what servers mean by a limit of 0, it was noted.
    if limit and limit > 0 then
      local capacity = capacity_of(limit)
      scope.limits[dimension] = limit
      scope.levels[dimension] = math.min(capacity, tonumber(found[4 + index] or capacity) + passed * limit / MINUTE)
    end
  end
  return scope
end

local function read_scopes(first)
  local scopes = {}
  for at = first, #ARGV, SCOPE_ARGS do scopes[#scopes + 1] = read_scope(at) end
  return scopes
end

local function write_levels(scope)
  local values = { scope.name .. '|at', now, scope.name .. '|largest', string.format('%.9f', scope.largest) }
  for dimension, level in pairs(scope.levels) do
    values[#values + 1] = scope.name .. '|' .. dimension
    values[#values + 1] = string.format('%.3f', level)
  end
  call('HSET', key.levels, unpack(values))
end

-- A project's calls in flight; a count of 0 is not kept.
local function leave_place(scope, project)
  local field = scope .. '|in:' .. project
  if call('HEXISTS', key.levels, field) == 1 and call('HINCRBY', key.levels, field, -1) <= 0 then
    call('HDEL', key.levels, field)
  end
end

-- Gives the places of a lease back. Returns what it had reserved: for each scope a list of amounts by dimension, and the
-- project that it was for.
local function drop_hold(lease)
  local hold = call('HGET', key.holds, lease)
  call('HDEL', key.holds, lease)
  call('ZREM', key.leases, lease)
  local reserved = {}
  for name, amounts in string.gmatch(hold or '', '([^ ]+) ([^;]*);') do
    local list = {}
    for part in string.gmatch(amounts, '[^,]+') do
      if #list < #DIMENSIONS then list[#list + 1] = tonumber(part) else list.project = part end
    end
    reserved[name] = list
    if list.project then leave_place(name, list.project) end
    if call('HINCRBY', key.levels, name .. '|places', -1) < 0 then call('HSET', key.levels, name .. '|places', '0') end
  end
  return hold and reserved or nil
end

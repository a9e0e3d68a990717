-- Reserves a place and tokens for one call, of all scopes or of none.
-- ARGV: lease, how long it lasts without being extended in ms, share of each limit that is to be left to others, name of
--   the lane's mark ('': nobody is to know that it was refused), input tokens, output tokens, then the scopes.
-- Returns {1, how many more such calls there is room for}; or {0, after how many ms to try again, scope, limit}.
local lease, lease_ms, floor, mark = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local input, output = tonumber(ARGV[5]), tonumber(ARGV[6])
local need = { requests = 1, tokens = input + output, input = input, output = output }
-- How long a place in flight takes to become free is not known: who gives one back tells those that wait.
local PLACE_MS = 1000
local MOST_DROPPED = 100

-- A call whose worker was lost gives its place back. Its tokens may have been used.
for _, lost in ipairs(call('ZRANGEBYSCORE', key.leases, '-inf', now, 'LIMIT', '0', MOST_DROPPED)) do drop_hold(lost) end

local scopes = read_scopes(7)
local wait, refuser, limit_name, room = 0, nil, nil, 1000
local function refuse(scope, name, ms)
  if not refuser or ms > wait then wait, refuser, limit_name = ms, scope, name end
end

for _, scope in ipairs(scopes) do
  if scope.paused > now then refuse(scope, 'paused', scope.paused - now) end
  scope.amounts = {}
  for index, dimension in ipairs(DIMENSIONS) do
    local limit = scope.limits[dimension]
    scope.amounts[index] = 0
    if limit then
      local capacity = capacity_of(limit)
      -- What is larger than the bucket is served when that is full, and leaves a debt.
      local amount = math.min(need[dimension], capacity)
      local wanted = math.min(capacity, amount + floor * limit)
      scope.amounts[index] = amount
      local lacking = wanted - scope.levels[dimension]
      if lacking > 0 then refuse(scope, dimension, math.ceil(lacking * MINUTE / limit)) end
      if amount > 0 then room = math.min(room, math.floor(-lacking / amount)) end
    end
  end
  if scope.concurrent then
    local most = math.max(1, math.floor(scope.concurrent * (1 - floor)))
    if scope.places >= most then
      refuse(scope, 'concurrent', PLACE_MS)
      if mark ~= '' then call('HSET', key.levels, scope.name .. '|wanted', now + 5 * PLACE_MS) end
    end
    room = math.min(room, most - scope.places - 1)
  end
end

-- After so long without a call all buckets are full again, and a lease has ended.
local FORGOTTEN_MS = 7200000
if refuser then
  if mark ~= '' then
    call('HSET', key.levels, refuser.name .. '|' .. mark, limit_name .. ' ' .. (now + wait))
    call('HINCRBY', key.levels, refuser.name .. '|refused:' .. limit_name, '1')
  end
  call('PEXPIRE', key.levels, FORGOTTEN_MS)
  return { 0, wait, refuser.name, limit_name }
end
local hold = {}
for at, scope in ipairs(scopes) do
  for index, dimension in ipairs(DIMENSIONS) do
    if scope.levels[dimension] then scope.levels[dimension] = scope.levels[dimension] - scope.amounts[index] end
  end
  write_levels(scope)
  call('HINCRBY', key.levels, scope.name .. '|places', '1')
  hold[at] = scope.name .. ' ' .. table.concat(scope.amounts, ',') .. ';'
end
call('HSET', key.holds, lease, table.concat(hold))
call('ZADD', key.leases, now + lease_ms, lease)
for _, name in ipairs({ key.levels, key.holds, key.leases }) do call('PEXPIRE', name, FORGOTTEN_MS) end
return { 1, math.max(0, room) }

-- Reserves a place and tokens for one call, of all scopes or of none.
-- ARGV: lease, how long it lasts without being extended in ms, share of each limit that is to be left to others, mark of
--   the lane ('': a call for no caller, that nobody has to know of and that has no turns), project, input tokens, output
--   tokens, then the scopes.
-- Returns {1, how many more such calls there is room for}; or {0, after how many ms to try again, scope, limit, for how many
--   of these the server asked nobody to call}.
local lease, lease_ms, floor, project = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[5]
local is_callers = ARGV[4] ~= ''
local mark = ARGV[4] .. project
local input, output = tonumber(ARGV[6]), tonumber(ARGV[7])
local need = { requests = 1, tokens = input + output, input = input, output = output }
-- How long a place in flight takes to become free is not known: who gives one back tells those that wait.
local PLACE_MS = 1000
-- When it is the turn of another project: that may be over at once.
local TURN_MS = 300
local MOST_DROPPED = 100

-- A call whose worker was lost gives its place back. Its tokens may have been used.
for _, lost in ipairs(call('ZRANGEBYSCORE', key.leases, '-inf', now, 'LIMIT', '0', MOST_DROPPED)) do drop_hold(lost) end

local scopes = read_scopes(8)
local wait, refuser, limit_name, room, asked = 0, nil, nil, 1000, 0
local function refuse(scope, name, ms)
  if not refuser or ms > wait then wait, refuser, limit_name = ms, scope, name end
end

local function check_rates(scope)
  local is_ahead = is_callers and ahead_of_others(scope, project) > 0
  local left_to_others = is_ahead and LEFT_TO_OTHERS or 0
  local turns = is_ahead and turns_of_others(scope.name) or 1
  for index, dimension in ipairs(DIMENSIONS) do
    local limit = scope.limits[dimension]
    scope.amounts[index] = 0
    if limit then
      local capacity = capacity_of(limit)
      -- What is larger than the bucket is served when that is full, and leaves a debt.
      local amount = math.min(need[dimension], capacity)
      local lacking = math.min(capacity, amount + floor * limit) - scope.levels[dimension]
      local of_turn = math.min(capacity, amount + math.max(floor, left_to_others) * limit) - scope.levels[dimension]
      scope.amounts[index] = amount
      scope.share = math.max(scope.share, amount / limit)
      if of_turn > 0 then
        local turn_ms = math.min(TURN_MS, math.ceil(of_turn * MINUTE / limit))
        refuse(scope, dimension, turns * math.max(turn_ms, math.ceil(lacking * MINUTE / limit)))
      end
      if amount > 0 then room = math.min(room, math.floor(-of_turn / amount)) end
    end
  end
end

local function check_places(scope)
  local most = math.max(1, math.floor(scope.concurrent * (1 - floor)))
  if scope.places >= most or must_leave_place(scope.name, project) then
    refuse(scope, 'concurrent', PLACE_MS)
    if is_callers then call('HSET', key.levels, scope.name .. '|wanted', now + 5 * PLACE_MS) end
    if floor == 0 then call('ZADD', key.starving(scope.name), now, project) end
  end
  room = math.min(room, most - scope.places - 1)
end

for _, scope in ipairs(scopes) do
  scope.amounts, scope.share = {}, 0
  if scope.paused > now then
    asked = math.max(asked, scope.paused - now)
    refuse(scope, 'paused', scope.paused - now)
  end
  check_rates(scope)
  if scope.concurrent then check_places(scope) end
end

local function keep(names)
  for _, name in ipairs(names) do call('PEXPIRE', name, FORGOTTEN_MS + wait) end
  for _, scope in ipairs(scopes) do
    for _, name in ipairs({ key.asked(scope.name), key.shares(scope.name), key.starving(scope.name) }) do
      call('PEXPIRE', name, FORGOTTEN_MS + wait)
    end
  end
end
if refuser then
  if is_callers then
    call('HSET', key.levels, refuser.name .. '|' .. mark, limit_name .. ' ' .. (now + wait))
    call('HINCRBY', key.levels, refuser.name .. '|refused:' .. limit_name, '1')
    for _, scope in ipairs(scopes) do call('ZADD', key.asked(scope.name), now + wait + ACTIVE_MS, project) end
  end
  keep({ key.levels })
  return { 0, wait, refuser.name, limit_name, asked }
end
local hold = {}
for at, scope in ipairs(scopes) do
  for index, dimension in ipairs(DIMENSIONS) do
    if scope.levels[dimension] then scope.levels[dimension] = scope.levels[dimension] - scope.amounts[index] end
  end
  scope.largest = math.max(scope.share, LARGEST_FADES * scope.largest)
  write_levels(scope)
  call('HINCRBY', key.levels, scope.name .. '|places', '1')
  if scope.concurrent and is_callers then
    call('HINCRBY', key.levels, scope.name .. '|in:' .. project, '1')
    call('ZREM', key.starving(scope.name), project)
  end
  if is_callers then count_share(scope.name, project, scope.share) end
  hold[at] = scope.name .. ' ' .. table.concat(scope.amounts, ',') .. (is_callers and ',' .. project or '') .. ';'
end
call('HSET', key.holds, lease, table.concat(hold))
call('ZADD', key.leases, now + lease_ms, lease)
keep({ key.levels, key.holds, key.leases })
return { 1, math.max(0, room) }

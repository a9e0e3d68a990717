-- Functions of the scripts of budgets. A run holds what its calls may still cost: one amount, under all its budgets.
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- A little more than a month.
local KEPT_MS = 40 * 86400000

-- What a run holds, and the names of the budgets that it does under, as a set.
local function hold_of(run)
  local hold = call('HGET', key.budget_held, run) or '0 '
  local names = {}
  for name in string.gmatch(string.match(hold, ' (.*)$') or '', '[^,]+') do names[name] = true end
  return tonumber(string.match(hold, '^%S+')), names
end

-- Where nothing is held, nothing is kept: a budget of that name may be gone.
local function change_held(name, by)
  if call('HINCRBY', key.budget_sums, name .. '|held', by) <= 0 then
    call('HDEL', key.budget_sums, name .. '|held')
  end
end

-- Ends the hold of a run. What it held beyond its cost may have been paid: it counts as lost in the period of each of its
-- budgets. `periods`: of budgets by their names.
local function end_hold(run, cost, periods)
  local amount, names = hold_of(run)
  call('HDEL', key.budget_held, run)
  call('ZREM', key.budget_holds, run)
  for name in pairs(names) do
    change_held(name, -amount)
    if amount > cost and periods[name] then
      call('HINCRBY', key.budget_sums, name .. '|' .. periods[name] .. '|lost', amount - cost)
    end
  end
end

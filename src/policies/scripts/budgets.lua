-- Functions of the scripts of budgets. A run holds what its calls may still cost: one amount, under all its budgets.
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- A little more than a month.
local KEPT_MS = 40 * 86400000

-- Ends the hold of a run, and spends so much of each of its budgets ('': all that it held). `periods`: of budgets by
-- their names. Returns the names of its budgets.
local function end_hold(run, spent, periods)
  local hold = call('HGET', key.budget_held, run)
  call('HDEL', key.budget_held, run)
  call('ZREM', key.budget_holds, run)
  local amount = tonumber(string.match(hold or '', '^%S+') or '0')
  for name in string.gmatch(string.match(hold or '', ' (.*)$') or '', '[^,]+') do
    if call('HINCRBY', key.budget_sums, name .. '|held', -amount) < 0 then
      call('HSET', key.budget_sums, name .. '|held', '0')
    end
    if spent == '' and periods[name] then call('HINCRBY', key.budget_sums, name .. '|' .. periods[name], amount) end
  end
end

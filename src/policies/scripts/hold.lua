-- Holds what a call may cost, under all budgets of its run or under none.
-- ARGV: run, millionths to hold, until when the run ends at the latest in ms from now, of how many budgets, then for each of
--   them: name, period, its millionths, '1' when it is hard; then name and period of all other budgets of the project.
-- Returns {'held'}; {'busy', budget}: it would fit if what others hold were not spent; {'exceeded', budget}.
-- So long a run is known to wait for a budget that is busy.
local BUSY_MS = 1500
local run, more, lasts = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local last = 4 + 4 * ARGV[4]
local names, periods = {}, {}
for at = 5, last, 4 do
  names[#names + 1] = ARGV[at]
  periods[ARGV[at]] = ARGV[at + 1]
end
for at = last + 1, #ARGV, 2 do periods[ARGV[at]] = ARGV[at + 1] end
-- Of a run that nobody ended in time it is not known what it cost: all that it held may be lost. It may have had other
-- budgets than this one.
for _, lost in ipairs(call('ZRANGEBYSCORE', key.budget_holds, '-inf', now, 'LIMIT', '0', '100')) do
  end_hold(lost, 0, periods)
end
-- Under a budget that came since its last call it holds all, and nothing any more under one that is gone.
local own, before = hold_of(run)
local busy
for at = 5, last, 4 do
  local name, most = ARGV[at], tonumber(ARGV[at + 2])
  if ARGV[at + 3] == '1' then
    local period = name .. '|' .. ARGV[at + 1]
    local found = call('HMGET', key.budget_sums, period, period .. '|lost', name .. '|held')
    local spent, held = tonumber(found[1] or '0') + tonumber(found[2] or '0'), tonumber(found[3] or '0')
    if spent + own + more > most then return { 'exceeded', name } end
    if spent + held + (before[name] and 0 or own) + more > most then busy = busy or name end
  end
end
if busy then
  call('HSET', key.budget_sums, 'busy', string.format('%s %.0f', busy, now + BUSY_MS))
  return { 'busy', busy }
end
call('HSET', key.budget_held, run, string.format('%.0f %s', own + more, table.concat(names, ',')))
call('ZADD', key.budget_holds, now + lasts, run)
for _, name in ipairs(names) do
  change_held(name, before[name] and more or own + more)
  before[name] = nil
end
for name in pairs(before) do change_held(name, -own) end
for _, each in ipairs({ key.budget_sums, key.budget_held, key.budget_holds }) do call('PEXPIRE', each, KEPT_MS) end
return { 'held' }

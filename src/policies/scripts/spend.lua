-- Ends the hold of a run that has ended. What it still held beyond its cost, for calls whose answers are lost, counts
-- against its budgets until they begin anew.
-- ARGV: run; what it cost, in millionths, '' when that is not known; '1' when its cost is counted here; then for each
--   budget: name, period.
-- Returns what is spent of each now.
local periods = {}
for at = 4, #ARGV, 2 do periods[ARGV[at]] = ARGV[at + 1] end
end_hold(ARGV[1], tonumber(ARGV[2]) or 0, periods)
local spent = {}
for at = 4, #ARGV, 2 do
  local more = ARGV[3] == '1' and ARGV[2] or '0'
  spent[#spent + 1] = call('HINCRBY', key.budget_sums, ARGV[at] .. '|' .. ARGV[at + 1], more)
end
call('PEXPIRE', key.budget_sums, KEPT_MS)
return spent

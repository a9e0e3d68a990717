-- Counts what a run has cost that has ended, and ends its hold. ARGV: run, millionths, then for each budget: name, period.
-- Returns what is spent of each now.
end_hold(ARGV[1], '0', {})
local spent = {}
for at = 3, #ARGV, 2 do
  spent[#spent + 1] = call('HINCRBY', key.budget_sums, ARGV[at] .. '|' .. ARGV[at + 1], ARGV[2])
end
call('PEXPIRE', key.budget_sums, KEPT_MS)
return spent

-- Sets right what a run holds once a call of it has ended. ARGV: run, millionths more or less.
local hold = call('HGET', key.budget_held, ARGV[1])
if not hold then return 0 end
local amount, names = string.match(hold, '^(%S+) (.*)$')
call('HSET', key.budget_held, ARGV[1], string.format('%.0f %s', amount + ARGV[2], names))
for name in string.gmatch(names, '[^,]+') do call('HINCRBY', key.budget_sums, name .. '|held', ARGV[2]) end
return 1

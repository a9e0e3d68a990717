-- Sets right what a run holds once a call of it has ended. ARGV: run, millionths more or less.
local hold = call('HGET', key.budget_held, ARGV[1])
if not hold then return 0 end
local amount, names = string.match(hold, '^(%S+) (.*)$')
local left = amount + ARGV[2]
if left > 0 then
  call('HSET', key.budget_held, ARGV[1], string.format('%.0f %s', left, names))
else
  -- It holds nothing: others do not wait for it, so that it may wait for them.
  call('HDEL', key.budget_held, ARGV[1])
  call('ZREM', key.budget_holds, ARGV[1])
end
for name in string.gmatch(names, '[^,]+') do change_held(name, ARGV[2]) end
return 1

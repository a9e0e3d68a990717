-- Asks that an API process be told when a run ends. KEYS: run. ARGV: the process.
-- Returns 1 when it will be told, 0 when the run has ended or is unknown (so its record tells all there is).
local found = redis.call('HMGET', KEYS[1], 'status', 'watchers')
if found[1] ~= 'queued' and found[1] ~= 'running' then return 0 end
local watchers = found[2] or ''
if string.find(watchers, ARGV[1], 1, true) then return 1 end
redis.call('HSET', KEYS[1], 'watchers', watchers == '' and ARGV[1] or (watchers .. ',' .. ARGV[1]))
return 1

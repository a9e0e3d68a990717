-- Adds an API process to the watchers of a run: it gets a reply when the run ends. ARGV: run id, the process.
-- Returns 1, or 0 when the run has ended or has no record.
local run = key.run(ARGV[1])
local found = redis.call('HMGET', run, 'status', 'watchers')
if found[1] ~= 'queued' and found[1] ~= 'running' then return 0 end
local watchers = found[2] or ''
if string.find(watchers, ARGV[2], 1, true) then return 1 end
redis.call('HSET', run, 'watchers', watchers == '' and ARGV[2] or (watchers .. ',' .. ARGV[2]))
return 1

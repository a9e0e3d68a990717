-- Asks for the end of a run that a worker has: the worker, and whoever claims the run next, will see it.
-- KEYS: run, signals. ARGV: run id. Returns the status of the run, or nil when it is not known.
local status = redis.call('HGET', KEYS[1], 'status')
if status == 'running' then
  redis.call('HSET', KEYS[1], 'cancel', 1)
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'cancel', ARGV[1])
end
return status

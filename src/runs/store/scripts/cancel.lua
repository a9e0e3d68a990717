-- Asks for the end of a run that a worker has. It stands in the run's record, where its worker looks from time to time and
-- whoever claims the run next will see it; the message is only news, and is sent once, however often it is asked for.
-- ARGV: run id. Returns the status of the run, or nil when it is not known.
local run = key.run(ARGV[1])
local status = redis.call('HGET', run, 'status')
if status == 'running' and redis.call('HSETNX', run, 'cancel', '1') == 1 then
  redis.call(redis.REDIS_VERSION_NUM and 'SPUBLISH' or 'PUBLISH', key.cancels, ARGV[1])
end
return status

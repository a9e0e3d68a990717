-- Requests the cancel of a running run. The request is stored in the run's record, which its worker reads from time to
-- time, and which the next claim reads. The message only makes it faster, and is sent once, even for many requests.
-- ARGV: run id. Returns the status of the run, or nil when it has no record.
local run = key.run(ARGV[1])
local status = redis.call('HGET', run, 'status')
if status == 'running' and redis.call('HSETNX', run, 'cancel', '1') == 1 then
  send(key.cancels, ARGV[1])
end
return status

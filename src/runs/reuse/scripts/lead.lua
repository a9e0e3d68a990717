-- Keeps the lead of a run that has it. ARGV: task, hash of the question, run, for how long from now in ms.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local leads, lease = key.leads(ARGV[1], ARGV[2]), tonumber(ARGV[4])
redis.call('ZADD', leads, 'XX', now + lease, ARGV[3])
if redis.call('PTTL', leads) < lease then redis.call('PEXPIRE', leads, lease) end
return 1

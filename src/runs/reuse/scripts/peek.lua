-- Whether a run that waits need not: there is a result, or room for one more that leads. ARGV: task, hash of the question.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if redis.call('EXISTS', key.result(ARGV[1], ARGV[2])) == 1 then return 1 end
local most = math.max(1, tonumber(redis.call('GET', key.failed(ARGV[1], ARGV[2])) or '0'))
return redis.call('ZCOUNT', key.leads(ARGV[1], ARGV[2]), '(' .. now, '+inf') < most and 1 or 0

-- Makes an API process stop listening to a run. ARGV: run id, the process.
local run = key.run(ARGV[1])
local listeners = redis.call('HGET', run, 'live')
if not listeners then return 0 end
local left = {}
for api in string.gmatch(listeners, '[^,]+') do
  if api ~= ARGV[2] then left[#left + 1] = api end
end
redis.call('HSET', run, 'live', table.concat(left, ','))
return 1

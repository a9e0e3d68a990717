-- Ends a shadow run, once: stores what it adds to the totals, and its record where there is room for it.
-- ARGV: entry, '1' when it is given back instead, delta ('' for none), id ('' for no record), project, task, status, request, revision, result,
--   attempts, how long the record is kept in ms, the time until which it is kept for `shadow_bytes`, now, most bytes of
--   such records of the project.
-- Returns 1, or 0 when another worker has it, or has ended it.
if redis.call('ZREM', key.shadows_taken, ARGV[1]) == 0 then return 0 end
if ARGV[2] == '1' then
  redis.call('RPUSH', key.shadows, ARGV[1])
  return 1
end
if ARGV[3] ~= '' then redis.call('RPUSH', key.deltas, ARGV[3]) end
local id, project = ARGV[4], ARGV[5]
if id == '' then return 1 end
local request, result, attempts = ARGV[8], ARGV[10], ARGV[11]
local kept = #request + #result + #attempts
local bytes = key.shadow_bytes(project)
local known = redis.call('HGETALL', bytes)
local sum = kept
for at = 1, #known, 2 do
  if tonumber(known[at]) > tonumber(ARGV[14]) then sum = sum + known[at + 1] end
end
if sum > tonumber(ARGV[15]) then return 1 end
redis.call('HINCRBY', bytes, ARGV[13], kept)
local run = key.run(id)
redis.call('HSET', run, 'status', ARGV[7], 'fence', '1', 'request', request, 'revision', ARGV[9], 'result', result,
  'attempts', attempts)
redis.call('PEXPIRE', run, ARGV[12])
redis.call('ZADD', key.shadow_runs(project, ARGV[6]), '0', id)
return 1

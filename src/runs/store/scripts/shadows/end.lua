-- Ends shadow runs, each once: stores what it adds to the totals, and its record where there is room for it.
-- ARGV: how long records are kept in ms, the time until which they are kept for `shadow_bytes`, now, most bytes of such
--   records of a project, then for each: entry, '1' when it is given back instead, delta ('' for none), id ('' for no
--   record), project, task, status, request, revision, result, attempts.
-- Returns for each 1, or 0 when another worker has it, or has ended it.
local retention, kept_until, now, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function keep(id, project, task, status, request, revision, result, attempts)
  local kept = #request + #result + #attempts
  local bytes = key.shadow_bytes(project)
  local known = redis.call('HGETALL', bytes)
  local sum = kept
  for at = 1, #known, 2 do
    if tonumber(known[at]) > now then sum = sum + known[at + 1] end
  end
  if sum > most then return end
  redis.call('HINCRBY', bytes, kept_until, kept)
  local run = key.run(id)
  redis.call('HSET', run, 'status', status, 'fence', '1', 'request', request, 'revision', revision, 'result', result,
    'attempts', attempts)
  redis.call('PEXPIRE', run, retention)
  redis.call('ZADD', key.shadow_runs(project, task), '0', id)
end

local function finish(entry, is_given_back, delta, id, ...)
  if redis.call('ZREM', key.shadows_taken, entry) == 0 then return 0 end
  if is_given_back == '1' then
    redis.call('RPUSH', key.shadows, entry)
    return 1
  end
  if delta ~= '' then redis.call('RPUSH', key.deltas, delta) end
  if id ~= '' then keep(id, ...) end
  return 1
end

local outcomes = {}
for at = 5, #ARGV, 11 do outcomes[#outcomes + 1] = finish(unpack(ARGV, at, at + 10)) end
return outcomes

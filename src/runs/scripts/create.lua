-- Creates a run, queued, unless its idempotency key has one already or the queue is full.
-- KEYS: run, runs of the project, runs of the task, queued runs of the project, lane, lanes, enqueued,
--   idempotency key (any key of the shard when there is none).
-- ARGV: run id, request, id of the API process that waits ('' for none), prefix of run keys, project, window, most
--   queued runs of a project, most queued runs of the shard, fingerprint of the request ('' without idempotency
--   key), for how long the key is kept in ms, now.
-- Returns {'enqueued'} (add its job), {'lane'} (its job comes later), {'exists'}, {'project_full'}, {'full'},
-- {'replayed', id of the run that the key has}, {'reused', id}: the key has a run of another request.
if ARGV[9] ~= '' then
  local known = redis.call('GET', KEYS[8])
  if known then
    local id, fingerprint = string.match(known, '^(%S+) (%S+)$')
    return { fingerprint == ARGV[9] and 'replayed' or 'reused', id }
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return { 'exists' } end
if tonumber(redis.call('HGET', KEYS[6], '*') or '0') >= tonumber(ARGV[8]) then return { 'full' } end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[7]) then return { 'project_full' } end
if ARGV[9] ~= '' then redis.call('SET', KEYS[8], ARGV[1] .. ' ' .. ARGV[9], 'PX', ARGV[10]) end
redis.call('HSET', KEYS[1], 'status', 'queued', 'request', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'watchers', ARGV[3]) end
for i = 2, 3 do
  -- Each new run sweeps out up to two index entries whose record has expired: lists stay as long as retention.
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[i], 0, 1)) do
    if redis.call('EXISTS', ARGV[4] .. oldest) == 0 then redis.call('ZREM', KEYS[i], oldest) end
  end
  redis.call('ZADD', KEYS[i], 0, ARGV[1])
end
redis.call('ZADD', KEYS[4], 0, ARGV[1])
redis.call('HINCRBY', KEYS[6], '*', 1)
if tonumber(redis.call('HGET', KEYS[6], ARGV[5]) or '0') >= tonumber(ARGV[6]) then
  redis.call('ZADD', KEYS[5], 0, ARGV[1])
  return { 'lane' }
end
redis.call('HINCRBY', KEYS[6], ARGV[5], 1)
redis.call('ZADD', KEYS[7], ARGV[11], ARGV[1])
return { 'enqueued' }

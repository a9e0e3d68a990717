-- Creates a run, queued, with its job when its turn has come, unless its idempotency key has one already or the queue
-- is full.
-- ARGV: run id, request, id of the API process that waits ('' for none), project, task, revision drawn so far,
--   window, most queued runs of a project, most queued runs of the shard, now, hash of the idempotency key ('' for
--   none), fingerprint of the request, for how long the key is kept in ms.
-- Returns {'enqueued'}, {'lane'} (its job comes later), {'exists'}, {'project_full'}, {'full'}, {'replayed', id of the
-- run that the key has}, {'reused', id}: the key has a run of another request.
local id, project = ARGV[1], ARGV[4]
local key = shard .. 'idem:' .. project .. ':' .. ARGV[11]
if ARGV[11] ~= '' then
  local known = redis.call('GET', key)
  if known then
    local owner, fingerprint = string.match(known, '^(%S+) (%S+)$')
    return { fingerprint == ARGV[12] and 'replayed' or 'reused', owner }
  end
end
if redis.call('EXISTS', run_key(id)) == 1 then return { 'exists' } end
local counts = redis.call('HMGET', lanes, '*', project)
if tonumber(counts[1] or '0') >= tonumber(ARGV[9]) then return { 'full' } end
if redis.call('ZCARD', runs_in(project, 'queued')) >= tonumber(ARGV[8]) then return { 'project_full' } end
if ARGV[11] ~= '' then redis.call('SET', key, id .. ' ' .. ARGV[12], 'PX', ARGV[13]) end
local fields = { 'status', 'queued', 'request', ARGV[2], 'revision', ARGV[6] }
if ARGV[3] ~= '' then
  fields[7] = 'watchers'
  fields[8] = ARGV[3]
end
redis.call('HSET', run_key(id), unpack(fields))
for _, owner in ipairs({ project, ARGV[5] }) do
  local index = shard .. 'runs:' .. owner
  -- One new run in sixteen sweeps out up to 32 entries whose record has expired: lists stay as long as retention.
  if string.sub(id, -3, -3) == '0' then
    for _, oldest in ipairs(redis.call('ZRANGE', index, 0, 31)) do
      if redis.call('EXISTS', run_key(oldest)) == 1 then break end
      redis.call('ZREM', index, oldest)
    end
  end
  redis.call('ZADD', index, 0, id)
end
redis.call('ZADD', runs_in(project, 'queued'), 0, id)
redis.call('HINCRBY', lanes, '*', 1)
if tonumber(counts[2] or '0') >= tonumber(ARGV[7]) then
  redis.call('ZADD', lane_of(project), 0, id)
  return { 'lane' }
end
enqueue(id, project, ARGV[10])
return { 'enqueued' }

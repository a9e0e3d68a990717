-- Creates runs, queued, each with its job when its turn has come, unless its idempotency key has one already or the queue
-- is full.
-- ARGV: window, most queued runs of a project, most queued runs of the shard, for how long an idempotency key is kept
--   in ms, then per run: id, request, id of the API process that waits ('' for none), project, task, revision drawn so
--   far, hash of the idempotency key ('' for none), fingerprint of the request.
-- Returns for each run: {'enqueued'}, {'lane'} (its job comes later), {'exists'}, {'project_full'}, {'full'},
--   {'replayed', id of the run that the key has}, {'reused', id}: the key has a run of another request.
local window, project_max, all_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local queued = tonumber(call('HGET', lanes, '*') or '0')
local before = queued
-- Per project: how many runs are queued, how many of them have a job, and the new ones that get one or wait for it.
local projects = {}
local indexes = {}

local function project_of(name)
  local project = projects[name]
  if not project then
    local with_job = tonumber(call('HGET', lanes, name) or '0')
    project = { queued = call('ZCARD', runs_in(name, 'queued')), with_job = with_job, enter = {}, wait = {}, new = {} }
    projects[name] = project
  end
  return project
end

-- One new run in sixteen sweeps out up to 32 entries whose record has expired: lists stay as long as retention.
local function sweep(index)
  for _, oldest in ipairs(call('ZRANGE', index, '0', '31')) do
    if call('EXISTS', run_key(oldest)) == 1 then break end
    call('ZREM', index, oldest)
  end
end

local function create(id, request, watcher, owner, task, revision, hash, fingerprint)
  local key = shard .. 'idem:' .. owner .. ':' .. hash
  if hash ~= '' then
    local known = call('GET', key)
    if known then
      local other, asked = string.match(known, '^(%S+) (%S+)$')
      return { asked == fingerprint and 'replayed' or 'reused', other }
    end
  end
  if call('EXISTS', run_key(id)) == 1 then return { 'exists' } end
  if queued >= all_max then return { 'full' } end
  local project = project_of(owner)
  if project.queued >= project_max then return { 'project_full' } end
  if hash ~= '' then call('SET', key, id .. ' ' .. fingerprint, 'PX', ARGV[4]) end
  if watcher == '' then
    call('HSET', run_key(id), 'status', 'queued', 'request', request, 'revision', revision)
  else
    call('HSET', run_key(id), 'status', 'queued', 'request', request, 'revision', revision, 'watchers', watcher)
  end
  for _, index in ipairs({ shard .. 'runs:' .. owner, shard .. 'runs:' .. task }) do
    if string.sub(id, -3, -3) == '0' then sweep(index) end
    table.insert(list_in(indexes, index), id)
  end
  table.insert(project.new, id)
  queued = queued + 1
  project.queued = project.queued + 1
  if project.with_job >= window then
    table.insert(project.wait, id)
    return { 'lane' }
  end
  table.insert(project.enter, id)
  project.with_job = project.with_job + 1
  return { 'enqueued' }
end

local outcomes = {}
for at = 5, #ARGV, 8 do outcomes[#outcomes + 1] = create(unpack(ARGV, at, at + 7)) end

for index, ids in pairs(indexes) do add_ids(index, ids) end
if queued > before then call('HINCRBY', lanes, '*', queued - before) end
for name, project in pairs(projects) do
  if #project.new > 0 then add_ids(runs_in(name, 'queued'), project.new) end
  if #project.wait > 0 then add_ids(lane_of(name), project.wait) end
  if #project.enter > 0 then enqueue(name, project.enter) end
end
return outcomes

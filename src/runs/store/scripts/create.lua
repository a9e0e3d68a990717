-- Creates runs, unless the idempotency key has a run already or the queue is full. A run is dispatched to a waiting
-- worker, or queued with a job, or put into its backlog, without a job.
-- ARGV: now, window, most queued runs of a project, most queued runs of the shard, how long an idempotency key is kept in
--   ms, most bytes of the requests of a project's queued runs, then for each run: id, request, id of the API process that waits ('' for none; with `!` behind it, one that
--   also listens to what the run says), project, task, revision drawn so
--   far, id of its first model, when it expires unless it was claimed, its `file_bytes` ('' for no files), hash of the
--   idempotency key ('' for none), fingerprint of the request.
-- Returns for each run: {'enqueued'} (or dispatched), {'backlogged'}, {'exists'}, {'project_full'}, {'bytes_full'}, {'full'},
--   {'replayed', id of the run of the key}, {'reused', id}: the run of the key has another request.
local now, window = ARGV[1], tonumber(ARGV[2])
local project_max, all_max = tonumber(ARGV[3]), tonumber(ARGV[4])
local bytes_max = tonumber(ARGV[6])
local queued = call('ZCARD', key.expiring)
-- For each project: how many runs are queued, the bytes of their requests, and the ids of the new runs that are dispatched.
local projects = {}
-- For each project and model: how many runs have a job, and the ids of the new runs that get one or go into the backlog.
local flows = {}
local indexes = {}
-- The new runs in their order, the set of their ids, and what their idempotency keys lead to.
local new, known, asked_before = {}, {}, {}

local function project_of(name)
  local project = projects[name]
  if not project then
    project = { queued = call('ZCARD', key.runs_in(name, 'queued')), bytes = 0, running = {} }
    if project.queued > 0 then project.bytes = tonumber(call('HGET', key.queued_bytes, name) or '0') end
    projects[name] = project
  end
  return project
end

local function flow_of(run)
  local name = run.owner .. ':' .. run.model
  local flow = flows[name]
  if not flow then
    local with_job = tonumber(call('HGET', key.enqueued_counts, name) or '0')
    flow = { project = run.owner, model = run.model, with_job = with_job, enqueued = {}, backlogged = {} }
    flows[name] = flow
  end
  return flow
end

-- Nearly always no run of a batch exists, and one look says so of all.
local records = {}
for at = 7, #ARGV, 11 do records[#records + 1] = key.run(ARGV[at]) end
local may_exist = call('EXISTS', unpack(records)) > 0

local LISTENS = string.byte('!')

-- Writes the record of a run; with more fields when it is dispatched. Its idempotency key follows: no key may lead to a
-- run that does not exist, when the script is stopped half-way because Redis permits less than it did.
local function write(run, status, ...)
  local request, revision = run.request, run.revision
  if run.watcher == '' then
    call('HSET', key.run(run.id), 'status', status, 'request', request, 'revision', revision, 'model', run.model, ...)
  elseif string.byte(run.watcher, -1) == LISTENS then
    local api = string.sub(run.watcher, 1, -2)
    call('HSET', key.run(run.id), 'status', status, 'request', request, 'revision', revision, 'model', run.model,
      'watchers', api, 'live', api, ...)
  else
    call('HSET', key.run(run.id), 'status', status, 'request', request, 'revision', revision, 'model', run.model,
      'watchers', run.watcher, ...)
  end
  if run.files ~= '' then
    call('HSET', key.run(run.id), 'file_bytes', run.files)
    call('HINCRBY', key.file_bytes(run.owner), string.match(run.files, '^(.*):(.*)$'))
  end
  if run.key then call('SET', run.key, asked_before[run.key], 'PX', ARGV[5]) end
end

local function create(id, request, watcher, owner, task, revision, model, expires, files, hash, fingerprint)
  local idempotency
  if hash ~= '' then
    idempotency = key.idempotency(owner, hash)
    local before = asked_before[idempotency] or call('GET', idempotency)
    if before then
      local other, asked = string.match(before, '^(%S+) (%S+)$')
      return { asked == fingerprint and 'replayed' or 'reused', other }
    end
  end
  if known[id] or (may_exist and call('EXISTS', key.run(id)) == 1) then return { 'exists' } end
  known[id] = true
  if queued >= all_max then return { 'full' } end
  local project = project_of(owner)
  if project.queued >= project_max then return { 'project_full' } end
  if project.bytes + #request > bytes_max then return { 'bytes_full' } end
  if idempotency then asked_before[idempotency] = id .. ' ' .. fingerprint end
  for _, index in ipairs({ key.project_runs(owner), key.task_runs(owner, task) }) do
    table.insert(list_in(indexes, index), id)
  end
  queued = queued + 1
  project.queued = project.queued + 1
  project.bytes = project.bytes + #request
  local outcome = { 'enqueued' }
  new[#new + 1] = {
    id = id, request = request, watcher = watcher, owner = owner, revision = revision, model = model, expires = expires,
    outcome = outcome, key = idempotency, files = files,
  }
  return outcome
end

-- The models of the oldest runs in the queue, as a set.
local function waiting_models()
  local models = {}
  if call('LLEN', key.wait) == 0 then return models end
  for _, id in ipairs(call('LRANGE', key.wait, '-50', '-1')) do
    models[call('HGET', key.run(id), 'model') or ''] = true
  end
  return models
end

-- Dispatches runs to the worker with the most room, as many as it has room for. A new run overtakes queued runs of other
-- models, which wait for room of theirs, but no run of its project for its model, and none of the oldest of its model.
-- Returns the runs that are left, and true when another worker is to be tried.
local function dispatch(runs)
  local worker, room = unpack(call('ZRANGE', key.capacities, '0', '0', 'REV', 'WITHSCORES'))
  room = tonumber(room or '0')
  if room < 1 then return runs, false end
  local own, channel = key.dispatched(worker), key.dispatch(worker)
  local known = call('HMGET', own, 'lock', 'full')
  local lock_ms, full = known[1], known[2] or ''
  local waiting = waiting_models()
  local is_waiting = next(waiting) ~= nil
  local ids, times, message, given, left = {}, {}, {}, {}, {}
  for _, run in ipairs(runs) do
    local queued_before = is_waiting and (waiting[run.model] or flow_of(run).with_job > 0)
    local is_full = full ~= '' and string.find(full, ',' .. run.model .. ',', 1, true)
    if #ids < room and not queued_before and not is_full then
      given[#given + 1] = run
      ids[#ids + 1] = run.id
      times[#times + 1] = now
      times[#times + 1] = run.id
      message[#message + 1] = run.request
      message[#message + 1] = run.revision
      message[#message + 1] = run.model
    else
      left[#left + 1] = run
    end
  end
  if #given == 0 then return runs, false end
  -- This write comes before the message: when Redis is out of memory it fails, and no run was announced.
  local count = call('HINCRBY', own, 'runs', #ids)
  -- A worker whose announcement has expired, or that receives no message, is not available.
  if not lock_ms or (send(channel, table.concat({ now, count, unpack(message) }, '\0')) or 0) == 0 then
    call('DEL', own)
    call('ZREM', key.capacities, worker)
    return runs, true
  end
  call('ZINCRBY', key.capacities, -#ids, worker)
  for _, run in ipairs(given) do
    write(run, 'running', 'fence', '1', 'claims', '1', 'claimed', now, 'attempts', open_attempt(1, 1, worker, now))
    make_job(run.id)
    lock_job(run.id, worker, lock_ms)
    table.insert(project_of(run.owner).running, run.id)
  end
  call('LPUSH', key.active, unpack(ids))
  call('ZADD', key.running, unpack(times))
  return left, #left > 0
end

local outcomes = {}
for at = 7, #ARGV, 11 do outcomes[#outcomes + 1] = create(unpack(ARGV, at, at + 10)) end

-- No run bypasses a queue that is paused or limited.
local left, more = new, #new > 0 and not is_restricted()
while more do left, more = dispatch(left) end
local expiring, queued_now, bytes_now = {}, {}, {}
for _, run in ipairs(left) do
  local flow = flow_of(run)
  write(run, 'queued')
  expiring[#expiring + 1] = run.expires
  expiring[#expiring + 1] = run.id
  table.insert(list_in(queued_now, run.owner), run.id)
  bytes_now[run.owner] = (bytes_now[run.owner] or 0) + #run.request
  if flow.with_job < window then
    flow.with_job = flow.with_job + 1
    table.insert(flow.enqueued, run.id)
  else
    run.outcome[1] = 'backlogged'
    table.insert(flow.backlogged, run.id)
  end
end

for index, ids in pairs(indexes) do add_to_index(index, ids) end
for name, project in pairs(projects) do
  if #project.running > 0 then add_to_index(key.runs_in(name, 'running'), project.running) end
end
for name, bytes in pairs(bytes_now) do call('HINCRBY', key.queued_bytes, name, bytes) end
for name, ids in pairs(queued_now) do add_to_index(key.runs_in(name, 'queued'), ids) end
for _, flow in pairs(flows) do
  if #flow.backlogged > 0 then add_to_index(key.backlog(flow.project, flow.model), flow.backlogged) end
  if #flow.enqueued > 0 then enqueue(flow.project, flow.model, flow.enqueued) end
end
if #expiring > 0 then call('ZADD', key.expiring, unpack(expiring)) end
return outcomes

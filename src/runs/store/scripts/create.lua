-- Creates runs, unless the idempotency key has a run already or the queue is full. A run is dispatched to a waiting
-- worker, or queued with a job, or put into its project's backlog, without a job.
-- ARGV: now, window, most queued runs of a project, most queued runs of the shard, how long an idempotency key is kept in
--   ms, then for each run: id, request, id of the API process that waits ('' for none), project, task, revision drawn so
--   far, when it expires unless it was claimed, hash of the idempotency key ('' for none), fingerprint of the request.
-- Returns for each run: {'enqueued'} (or dispatched), {'backlogged'}, {'exists'}, {'project_full'}, {'full'},
--   {'replayed', id of the run of the key}, {'reused', id}: the run of the key has another request.
local now, window = ARGV[1], tonumber(ARGV[2])
local project_max, all_max = tonumber(ARGV[3]), tonumber(ARGV[4])
local queued = call('ZCARD', key.expiring)
-- For each project: how many runs are queued, how many of them have a job, and the ids of the new runs: those that are
-- dispatched, those that get a job, and those that go into the backlog.
local projects = {}
local indexes = {}
-- The new runs in their order, and the set of their ids.
local new, known = {}, {}

local function project_of(name)
  local project = projects[name]
  if not project then
    local with_job = tonumber(call('HGET', key.enqueued_counts, name) or '0')
    project = { queued = call('ZCARD', key.runs_in(name, 'queued')), with_job = with_job, running = {}, enqueued = {}, backlogged = {} }
    projects[name] = project
  end
  return project
end

-- One new run in sixteen removes up to 32 entries whose record has expired: so an index does not grow beyond retention.
local function expire_entries(index)
  for _, oldest in ipairs(call('ZRANGE', index, '0', '31')) do
    if call('EXISTS', key.run(oldest)) == 1 then break end
    call('ZREM', index, oldest)
  end
end

-- Writes the record of a run; with more fields when it is dispatched.
local function write(run, status, ...)
  local request, revision = run.request, run.revision
  if run.watcher == '' then
    call('HSET', key.run(run.id), 'status', status, 'request', request, 'revision', revision, ...)
  else
    call('HSET', key.run(run.id), 'status', status, 'request', request, 'revision', revision, 'watchers', run.watcher, ...)
  end
end

local function create(id, request, watcher, owner, task, revision, expires, hash, fingerprint)
  if hash ~= '' then
    local before = call('GET', key.idempotency(owner, hash))
    if before then
      local other, asked = string.match(before, '^(%S+) (%S+)$')
      return { asked == fingerprint and 'replayed' or 'reused', other }
    end
  end
  if known[id] or call('EXISTS', key.run(id)) == 1 then return { 'exists' } end
  known[id] = true
  if queued >= all_max then return { 'full' } end
  local project = project_of(owner)
  if project.queued >= project_max then return { 'project_full' } end
  if hash ~= '' then call('SET', key.idempotency(owner, hash), id .. ' ' .. fingerprint, 'PX', ARGV[5]) end
  for _, index in ipairs({ key.project_runs(owner), key.task_runs(owner, task) }) do
    if string.sub(id, -3, -3) == '0' then expire_entries(index) end
    table.insert(list_in(indexes, index), id)
  end
  queued = queued + 1
  project.queued = project.queued + 1
  local outcome = { 'enqueued' }
  new[#new + 1] = {
    id = id, request = request, watcher = watcher, owner = owner, revision = revision, expires = expires, outcome = outcome,
  }
  return outcome
end

-- Dispatches runs from `first` on to the worker with the most room. Returns the first run that is left, or nil when no
-- worker has room. When the worker is not reachable, returns `first`: the caller tries the next worker.
local function dispatch(first)
  local worker, room = unpack(call('ZRANGE', key.capacities, '0', '0', 'REV', 'WITHSCORES'))
  room = tonumber(room or '0')
  if room < 1 then return nil end
  local own, channel = key.dispatched(worker), key.dispatch(worker)
  local last = math.min(#new, first + room - 1)
  local ids, times, message = {}, {}, {}
  for at = first, last do
    local run = new[at]
    ids[#ids + 1] = run.id
    times[#times + 1] = now
    times[#times + 1] = run.id
    message[#message + 1] = run.request
    message[#message + 1] = run.revision
  end
  -- This write comes before the message: when Redis is out of memory it fails, and no run was announced.
  local runs = call('HINCRBY', own, 'runs', #ids)
  local lock_ms = call('HGET', own, 'lock')
  -- A worker whose announcement has expired, or that receives no message, is not available.
  if not lock_ms or call(publish, channel, table.concat({ now, runs, unpack(message) }, '\0')) == 0 then
    call('DEL', own)
    call('ZREM', key.capacities, worker)
    return first
  end
  call('ZINCRBY', key.capacities, -#ids, worker)
  for at = first, last do
    local run = new[at]
    write(run, 'running', 'fence', '1', 'claims', '1', 'claimed', now, 'attempts', open_attempt(1, 1, worker, now))
    make_job(run.id)
    lock_job(run.id, worker, lock_ms)
    table.insert(project_of(run.owner).running, run.id)
  end
  call('LPUSH', key.active, unpack(ids))
  call('ZADD', key.running, unpack(times))
  return last + 1
end

local outcomes = {}
for at = 6, #ARGV, 9 do outcomes[#outcomes + 1] = create(unpack(ARGV, at, at + 8)) end

-- No new run overtakes those that wait in the queue; and none bypasses a queue that is paused or limited.
local left = 1
if #new > 0 and call('LLEN', key.wait) == 0 and not is_restricted() then
  while left <= #new do
    local next_left = dispatch(left)
    if not next_left then break end
    left = next_left
  end
end
local expiring = {}
for at = left, #new do
  local run, project = new[at], project_of(new[at].owner)
  write(run, 'queued')
  expiring[#expiring + 1] = run.expires
  expiring[#expiring + 1] = run.id
  if project.with_job < window then
    project.with_job = project.with_job + 1
    table.insert(project.enqueued, run.id)
  else
    run.outcome[1] = 'backlogged'
    table.insert(project.backlogged, run.id)
  end
end

for index, ids in pairs(indexes) do add_to_index(index, ids) end
for name, project in pairs(projects) do
  if #project.running > 0 then add_to_index(key.runs_in(name, 'running'), project.running) end
  if #project.backlogged > 0 then
    add_to_index(key.runs_in(name, 'queued'), project.backlogged)
    add_to_index(key.backlog(name), project.backlogged)
  end
  if #project.enqueued > 0 then
    add_to_index(key.runs_in(name, 'queued'), project.enqueued)
    enqueue(name, project.enqueued)
  end
end
if #expiring > 0 then call('ZADD', key.expiring, unpack(expiring)) end
return outcomes

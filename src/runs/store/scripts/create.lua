-- Creates runs, each unless its idempotency key has one already or the queue is full: dispatched to a worker that waits for
-- one, or queued, with its job when its turn has come.
-- ARGV: now, window, most queued runs of a project, most queued runs of the shard, for how long an idempotency key is kept
--   in ms, then per run: id, request, id of the API process that waits ('' for none), project, task, revision drawn so
--   far, when it expires unless it was claimed, hash of the idempotency key ('' for none), fingerprint of the request.
-- Returns for each run: {'enqueued'} (or dispatched), {'backlogged'} (its job comes later), {'exists'}, {'project_full'},
--   {'full'}, {'replayed', id of the run that the key has}, {'reused', id}: the key has a run of another request.
local now, window = ARGV[1], tonumber(ARGV[2])
local project_max, all_max = tonumber(ARGV[3]), tonumber(ARGV[4])
local queued = call('ZCARD', key.expiring)
-- Per project: how many runs are queued, how many of them have a job, and new ones by what becomes of them: they start,
-- get a job, or stand in the backlog until they get one.
local projects = {}
local indexes = {}
-- In the order they came, and by their ids.
local new, known = {}, {}

local function project_of(name)
  local project = projects[name]
  if not project then
    local with_job = tonumber(call('HGET', key.enqueued_counts, name) or '0')
    project = { queued = call('ZCARD', key.runs_in(name, 'queued')), with_job = with_job, start = {}, enter = {}, wait = {} }
    projects[name] = project
  end
  return project
end

-- One new run in sixteen removes up to 32 entries whose record has expired: lists stay as long as retention.
local function expire_entries(index)
  for _, oldest in ipairs(call('ZRANGE', index, '0', '31')) do
    if call('EXISTS', key.run(oldest)) == 1 then break end
    call('ZREM', index, oldest)
  end
end

-- Writes the record of a run, with more fields when a worker has it from the start.
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

-- Dispatches runs from `first` on to the worker that has the most room for them, if it is there. Returns the first that is
-- left, or nil when no worker has room.
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
  -- What cannot be written (Redis is full) must not have been told: so this is written first.
  local runs = call('HINCRBY', own, 'runs', #ids)
  local lock_ms = call('HGET', own, 'lock')
  -- One that has said nothing for a while, or whose connection is gone, is not there as far as anybody knows.
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
    table.insert(project_of(run.owner).start, run.id)
  end
  call('LPUSH', key.active, unpack(ids))
  call('ZADD', key.running, unpack(times))
  return last + 1
end

local outcomes = {}
for at = 6, #ARGV, 9 do outcomes[#outcomes + 1] = create(unpack(ARGV, at, at + 8)) end

-- Who waits already goes first; and a queue that somebody has paused or limited is passed by nobody.
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
    table.insert(project.enter, run.id)
  else
    run.outcome[1] = 'backlogged'
    table.insert(project.wait, run.id)
  end
end

for index, ids in pairs(indexes) do add_to_index(index, ids) end
for name, project in pairs(projects) do
  if #project.start > 0 then add_to_index(key.runs_in(name, 'running'), project.start) end
  if #project.wait > 0 then
    add_to_index(key.runs_in(name, 'queued'), project.wait)
    add_to_index(key.backlog(name), project.wait)
  end
  if #project.enter > 0 then
    add_to_index(key.runs_in(name, 'queued'), project.enter)
    enqueue(name, project.enter)
  end
end
if #expiring > 0 then call('ZADD', key.expiring, unpack(expiring)) end
return outcomes

-- Claims runs from the queue for one worker, oldest first. The job is locked for the worker. Its run, which is queued,
-- or running when its worker was lost, becomes running with a new fence and an open attempt. The revision stays the
-- same from the first claim on, so that every attempt uses the same one.
-- ARGV: worker, now, most claims of a run, window, most runs to claim, token for the jobs' locks, their time in ms, how
--   many dispatched runs it has received ('': no run may be dispatched to it), how many runs it has room for, models
--   that it has no room for; and if its room differs by model: how many runs of each other model it has room for, then
--   for each of those: its name, how many of its runs it has room for, until when its server asked not to be called in ms
--   ('': it did not), and how many runs may start that expire before. Runs with room then overtake those without.
-- Returns {when to dequeue again without being woken (ms, 0 for never), 1 when the queue is empty, then for each run a
--   list: id, fence, request, revision, attempts so far as lines of JSON, time of the first claim, 1 when its claims are
--   exhausted, 1 when it is to be cancelled, the model that it waited for, which attempt the text is of that was shown to
--   those who listen to it ('-' for none; '' when nobody listens), since when it waits for a limit ('' when it does not)}. After them, for each run that is left to others
--   for a while because its record has an unknown format, a list of two: id, format.
local worker, now, window = ARGV[1], ARGV[2], tonumber(ARGV[4])

local most, again, duration = admit(tonumber(ARGV[5]))
if again == 0 then return { 0, 1 } end
local reply = { promote_due(now), 1 }
local selective = ARGV[11]
local allowances, waits = {}, {}
for at = 12, #ARGV, 4 do
  allowances[ARGV[at]] = tonumber(ARGV[at + 1])
  if ARGV[at + 2] ~= '' then waits[ARGV[at]] = { over = tonumber(ARGV[at + 2]), most = tonumber(ARGV[at + 3]) } end
end
local foreign = {}

-- How long runs of an unknown format are left to other workers.
local FOREIGN_MS = 1000

-- The models that the worker has no room for, now that it has these runs, too.
local function full()
  local models = {}
  for model, allowance in pairs(allowances) do
    if allowance < 1 then models[#models + 1] = ',' .. model .. ',' end
  end
  return table.concat(models)
end

-- When jobs are left, another waiting worker is woken for them. When none is left, runs may be dispatched to this worker.
local function finish()
  if again then
    -- The queue is limited: dequeue again when it admits more.
    reply[1] = math.min(reply[1] > 0 and reply[1] or math.huge, now + again)
  elseif is_work_left() then
    -- Another worker may have room for the runs that this one has no room for.
    if not selective or #reply > 2 then reply[2] = 0 end
    wake_worker()
    if selective and ARGV[8] ~= '' then announce_capacity(worker, ARGV[8], ARGV[9] - (#reply - 2), ARGV[7], full()) end
  elseif ARGV[8] ~= '' then
    announce_capacity(worker, ARGV[8], ARGV[9] - (#reply - 2), ARGV[7], ARGV[10])
  end
  if #foreign > 0 then
    reply[1] = math.min(reply[1] > 0 and reply[1] or math.huge, now + FOREIGN_MS)
    for _, each in ipairs(foreign) do reply[#reply + 1] = each end
  end
  return reply
end

-- The ids come first in a request; the caller's inputs, which may contain anything, come after them.
local function project_in(request)
  return string.match(request or '', '^{"id":"[^"]*","org":"[^"]*","project":"([^"]*)"')
end

-- True for a run that expires before its model may be called. It needs no room of that: it goes on with another model,
-- or fails.
local function is_hopeless(id, model, expires)
  local wait = waits[model]
  if not wait or wait.most < 1 then return false end
  return tonumber(expires or call('ZSCORE', key.expiring, id) or 'inf') <= wait.over
end

local function count_hopeless(model) waits[model].most = waits[model].most - 1 end

-- A queued run that has no job, and gets none later by itself.
local function is_backlogged(id) return not (call('ZSCORE', key.enqueued, id) or call('ZSCORE', key.deferred, id)) end

-- Adds the hopeless runs of backlogs, whose windows are full of runs that have the time to wait. Looks at those only that
-- expire next, and at so many bytes of requests at most: nobody else is served meanwhile.
local MOST_EXPIRING = 200
local MOST_BYTES = 1000000
local function add_from_backlogs(ids)
  local latest, left = 0, MOST_BYTES
  for _, wait in pairs(waits) do latest = math.max(latest, wait.over) end
  local expiring = latest > 0
    and call('ZRANGEBYSCORE', key.expiring, now, latest, 'WITHSCORES', 'LIMIT', '0', MOST_EXPIRING) or {}
  for at = 1, #expiring, 2 do
    if #ids >= most then return end
    local id = expiring[at]
    local run = key.run(id)
    local model, format = unpack(call('HMGET', run, 'model', 'format'))
    -- Of a format that is not known, a worker that knows it makes the job. Requests are large: only those are read that count.
    local counts = is_known_format(format) and is_hopeless(id, model or '', expiring[at + 1]) and is_backlogged(id)
    local bytes = counts and call('HSTRLEN', run, 'request')
    if bytes and bytes <= left then
      left = left - bytes
      local project = project_in(call('HGET', run, 'request'))
      if project and call('ZSCORE', key.backlog(project, model), id) then
        count_hopeless(model)
        make_job(id)
        ids[#ids + 1] = id
      end
    end
  end
end

-- Makes jobs active whose runs the worker has room for, oldest first. Checks only the next jobs in the queue.
local MOST_CHECKED = 1000
local function activate_some()
  local ids = {}
  local waiting = most > 0 and call('LRANGE', key.wait, -MOST_CHECKED, '-1') or {}
  for at = #waiting, 1, -1 do
    local id = waiting[at]
    local found = call('HMGET', key.run(id), 'status', 'model', 'cancel')
    local model = found[2] or ''
    local allowance = allowances[model] or tonumber(selective)
    -- A job without a run, one whose worker was lost, and one that is to be cancelled need no room of a model.
    local exempt = found[1] ~= 'queued' or found[3]
    local has_room = exempt or allowance > 0
    if has_room or is_hopeless(id, model) then
      if not has_room then count_hopeless(model) end
      if not exempt and allowance > 0 then allowances[model] = allowance - 1 end
      call('LREM', key.wait, '-1', id)
      ids[#ids + 1] = id
      if #ids >= most then break end
    end
  end
  add_from_backlogs(ids)
  if #ids > 0 then call('LPUSH', key.active, unpack(ids)) end
  return ids
end

local ids = selective and activate_some() or activate(most)
if #ids == 0 then return finish() end
count_started(#ids, duration)

local claim_times, deleted, leaving = {}, {}, {}

local function claim(id)
  local run = key.run(id)
  local found = call('HMGET', run, 'status', 'request', 'revision', 'attempts', 'claimed', 'cancel', 'fence', 'claims',
    'model', 'format', 'live', 'limited')
  local status, request = found[1], found[2]
  if not is_known_format(found[10]) then
    delay_job(id, now + FOREIGN_MS, FOREIGN_MS)
    foreign[#foreign + 1] = { id, found[10] }
    return
  end
  local project = project_in(request)
  if not project or (status ~= 'queued' and status ~= 'running') then
    deleted[#deleted + 1] = id
    return
  end
  local fence = (found[7] or 0) + 1
  local claims = (found[8] or 0) + 1
  local earlier = found[4] or ''
  local claimed = found[5] or now
  local exhausted = claims > tonumber(ARGV[3]) and 1 or 0
  local open = ''
  if exhausted == 0 then
    open = open_attempt(select(2, string.gsub(earlier, '\n', '\n')) + 1, fence, worker, now)
  end
  call('HSET', run, 'status', 'running', 'fence', fence, 'claims', claims, 'claimed', claimed, 'attempts', earlier .. open)
  lock_job(id, ARGV[6], ARGV[7])
  claim_times[#claim_times + 1] = now
  claim_times[#claim_times + 1] = id
  local model = found[9] or ''
  if status == 'queued' then
    local flow = leaving[project .. ':' .. model]
    if not flow then
      flow = { project = project, model = model, ids = {}, bytes = 0 }
      leaving[project .. ':' .. model] = flow
    end
    table.insert(flow.ids, id)
    flow.bytes = flow.bytes + #request
  end
  local shown = ''
  if found[11] then
    shown = string.match(call('GETRANGE', key.live(id), '0', '63'), '^%d+%-%d+') or '-'
    tell_listeners(found[11], id)
  end
  reply[#reply + 1] = {
    id, fence, request, found[3] or '', earlier, claimed, exhausted, found[6] and 1 or 0, model, shown, found[12] or '',
  }
end

for _, id in ipairs(ids) do claim(id) end
if #deleted > 0 then remove_active_jobs(deleted) end
if #claim_times > 0 then call('ZADD', key.running, unpack(claim_times)) end
for _, flow in pairs(leaving) do
  leave_queue(flow.project, flow.model, flow.ids, flow.bytes)
  add_to_index(key.runs_in(flow.project, 'running'), flow.ids)
  refill(flow.project, flow.model, window, 2 * #flow.ids)
end
return finish()

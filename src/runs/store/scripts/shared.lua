-- Functions of all scripts that move runs. KEYS[1] is the prefix of the shard's keys: all have its hash tag, so they
-- are in one slot. A run and its job change in one script, so that neither can exist without the other.
--
-- Only so many queued runs of a project for a model have a job at a time: their window. The others are in a backlog,
-- oldest first, and each run that leaves the queue makes room for the next one. So the queue is never longer than the
-- number of busy pairs of project and model times the window, and a long backlog does not delay others.
--
-- A batch of runs is written with as few commands as one run: values for the same key are collected and written at once.
-- Constant numbers are written as strings, so that Redis does not have to convert them.

-- True for the format of a record that this version can read; see `run-record.ts`.
local function is_known_format(format) return not format or format == '1' end

-- The list of a name; a new one when there is none yet.
local function list_in(lists, name)
  local list = lists[name]
  if not list then
    list = {}
    lists[name] = list
  end
  return list
end

-- Adds ids to an index, where they are sorted by id, and so by time.
local function add_to_index(index, ids)
  local members = {}
  for at, id in ipairs(ids) do
    members[2 * at - 1] = '0'
    members[2 * at] = id
  end
  call('ZADD', index, unpack(members))
end

-- Makes the jobs of runs of a project for a model, and wakes a waiting worker.
local function enqueue(project, model, ids)
  local by_time = {}
  for at, id in ipairs(ids) do
    by_time[2 * at - 1] = make_job(id)
    by_time[2 * at] = id
  end
  call('HINCRBY', key.enqueued_counts, project .. ':' .. model, #ids)
  call('ZADD', key.enqueued, unpack(by_time))
  call('LPUSH', key.wait, unpack(ids))
  wake_worker()
end

-- Removes runs of a project for a model from all indexes of queued runs. `bytes`: of their requests.
local function leave_queue(project, model, ids, bytes)
  if call('HINCRBY', key.queued_bytes, project, -bytes) <= 0 then call('HDEL', key.queued_bytes, project) end
  call('ZREM', key.runs_in(project, 'queued'), unpack(ids))
  call('ZREM', key.expiring, unpack(ids))
  local enqueued = call('ZREM', key.enqueued, unpack(ids))
  local flow = project .. ':' .. model
  if enqueued > 0 and call('HINCRBY', key.enqueued_counts, flow, -enqueued) <= 0 then
    call('HDEL', key.enqueued_counts, flow)
  end
  if enqueued < #ids then
    call('ZREM', key.backlog(project, model), unpack(ids))
    call('ZREM', key.deferred, unpack(ids))
  end
end

-- Moves up to `most` runs from a backlog into the queue, as far as the window has room. Callers ask for two for each run
-- that left, so that a window that is not full fills up again.
local function refill(project, model, window, most)
  local backlog = key.backlog(project, model)
  if call('EXISTS', backlog) == 0 then return end
  local room = math.min(most, window - (call('HGET', key.enqueued_counts, project .. ':' .. model) or 0))
  if room <= 0 then return end
  local ids = {}
  for at, id in ipairs(call('ZPOPMIN', backlog, room)) do
    -- ZPOPMIN returns each member followed by its score.
    if at % 2 == 1 and call('EXISTS', key.run(id)) == 1 then ids[#ids + 1] = id end
  end
  if #ids > 0 then enqueue(project, model, ids) end
end

-- A new open attempt as one line of JSON, to append to the ledger without decoding it.
local function open_attempt(number, fence, worker, started)
  return string.format(
    '{"number":%d,"fence":%d,"worker":"%s","started":%s,"ended":null,"outcome":"open","model":null,"inputTokens":0,"outputTokens":0}\n',
    number, fence, worker, started
  )
end

-- Announces how many runs a worker has room for; this many may be dispatched to it within a second. `received` is how
-- many dispatched runs it has received; the others are on their way to it, and need a part of its room. `full`: ids of
-- the models that it has no room for, each with a comma before and after it.
local function announce_capacity(worker, received, room, lock_ms, full)
  local own = key.dispatched(worker)
  local runs = call('HGET', own, 'runs') or received
  call('HSET', own, 'runs', runs, 'lock', lock_ms, 'full', full)
  call('PEXPIRE', own, '1000')
  call('ZADD', key.capacities, room - (runs - received), worker)
end

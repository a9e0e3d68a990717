-- What the scripts of a shard share. KEYS[1] is the shard's prefix, of which they make all other keys: those share its
-- hash tag, and stand in one slot.
--
-- Jobs are BullMQ's, in its own keys, but these scripts add, take and remove them in the very step that changes the
-- run, so that neither can be there without the other. All else that befalls a job is BullMQ's to do.
--
-- Only so many queued runs of a project have a job at a time: its window. The others stand in the project's lane, in
-- the order they came, and each one that leaves lets the next one in. So whoever comes with a single run finds a queue
-- that is as long as the number of busy projects times the window, never as long as a backlog.
--
-- A batch of runs is written with as few commands as one run: what goes to the same key is collected and written at
-- once. Numbers that never change are spelled as strings, which Redis takes as they are.
local call = redis.call
local shard = KEYS[1]
local jobs = shard .. 'q:run:'
local lanes = shard .. 'lanes'
local enqueued = shard .. 'enqueued'
-- Workers by how many more runs they may be handed, of those that have said so lately.
local offers = shard .. 'offers'
-- Sharded channels where there are any (Redis 7): the others reach all nodes of a cluster.
local publish = redis.REDIS_VERSION_NUM and 'SPUBLISH' or 'PUBLISH'

local function run_key(id) return shard .. 'run:' .. id end
local function runs_in(project, status) return shard .. 'runs:' .. project .. ':' .. status end
local function lane_of(project) return shard .. 'lane:' .. project end
-- The channel on which a worker is handed runs, and what is known of it: how many it was handed, and its locks' time.
local function hand_of(worker) return shard .. 'hand:' .. worker end

-- The list under a name, new when there is none yet.
local function list_in(lists, name)
  local list = lists[name]
  if not list then
    list = {}
    lists[name] = list
  end
  return list
end

-- Adds ids to a sorted set that keeps them in the order of their ids, which is that of their time.
local function add_ids(key, ids)
  local members = {}
  for at, id in ipairs(ids) do
    members[2 * at - 1] = '0'
    members[2 * at] = id
  end
  call('ZADD', key, unpack(members))
end

-- Makes a run's job. Returns the time the run was made, which its id begins with.
local function make_job(id)
  local made = string.format('%.0f', tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16))
  call('HSET', jobs .. id, 'name', 'run', 'data', '{}', 'opts', '{}', 'timestamp', made, 'delay', '0', 'priority', '0')
  return made
end

-- Lets runs of a project have their jobs: last of all, with the marker that wakes a waiting worker.
local function enqueue(project, ids)
  local by_time = {}
  for at, id in ipairs(ids) do
    by_time[2 * at - 1] = make_job(id)
    by_time[2 * at] = id
  end
  call('HINCRBY', lanes, project, #ids)
  call('ZADD', enqueued, unpack(by_time))
  call('LPUSH', jobs .. 'wait', unpack(ids))
  call('ZADD', jobs .. 'marker', '0', '0')
end

-- Runs of a project leave the state queued, wherever they stood.
local function leave_queue(project, ids)
  call('ZREM', runs_in(project, 'queued'), unpack(ids))
  local entered = call('ZREM', enqueued, unpack(ids))
  if entered > 0 and call('HINCRBY', lanes, project, -entered) <= 0 then call('HDEL', lanes, project) end
  if entered < #ids then call('ZREM', lane_of(project), unpack(ids)) end
  call('HINCRBY', lanes, '*', -#ids)
end

-- Lets up to so many runs in from a project's lane, while its window has room. For each that left it is two, so that a
-- lane that lost its pace catches up.
local function refill(project, window, most)
  local lane = lane_of(project)
  if call('EXISTS', lane) == 0 then return end
  local room = math.min(most, window - (call('HGET', lanes, project) or 0))
  if room <= 0 then return end
  local ids = {}
  for at, id in ipairs(call('ZPOPMIN', lane, room)) do
    -- Each is followed by its score.
    if at % 2 == 1 and call('EXISTS', run_key(id)) == 1 then ids[#ids + 1] = id end
  end
  if #ids > 0 then enqueue(project, ids) end
end

-- A new attempt as the ledger has it, one line of JSON: appending needs no decoding.
local function open_attempt(number, fence, worker, started)
  return string.format(
    '{"number":%d,"fence":%d,"worker":"%s","started":%s,"ended":null,"outcome":"open","model":null,"inputTokens":0,"outputTokens":0}\n',
    number, fence, worker, started
  )
end

-- A worker says how many runs it has room for: it may be handed those, for a second. Of the runs that it was handed so
-- far it knows `heard`; the others are under way to it.
local function offer(worker, heard, room, lock_ms)
  local handed = call('HGET', hand_of(worker), 'handed') or heard
  call('HSET', hand_of(worker), 'handed', handed, 'lock', lock_ms)
  call('PEXPIRE', hand_of(worker), '1000')
  call('ZADD', offers, room - (handed - heard), worker)
end

-- The jobs of runs that have ended, or that are not there, have nothing to deliver any more.
local function remove_active_jobs(ids)
  local keys = {}
  for at, id in ipairs(ids) do
    call('LREM', jobs .. 'active', '-1', id)
    keys[2 * at - 1] = jobs .. id
    keys[2 * at] = jobs .. id .. ':lock'
  end
  call('UNLINK', unpack(keys))
end

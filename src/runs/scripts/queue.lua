-- What the scripts of a shard share. KEYS[1] is the shard's prefix, of which they make all other keys: those share its
-- hash tag, and stand in one slot.
--
-- Jobs are BullMQ's, in its own keys, but these scripts add, take and remove them in the very step that changes the
-- run, so that neither can be there without the other. All else that befalls a job is BullMQ's to do.
--
-- Only so many queued runs of a project have a job at a time: its window. The others stand in the project's lane, in
-- the order they came, and each one that leaves lets the next one in. So whoever comes with a single run finds a queue
-- that is as long as the number of busy projects times the window, never as long as a backlog.
local shard = KEYS[1]
local jobs = shard .. 'q:run:'
local lanes = shard .. 'lanes'
local enqueued = shard .. 'enqueued'

local function run_key(id) return shard .. 'run:' .. id end
local function runs_in(project, status) return shard .. 'runs:' .. project .. ':' .. status end
local function lane_of(project) return shard .. 'lane:' .. project end

-- Lets a run have its job: last of all, with the marker that wakes a waiting worker.
local function enqueue(id, project, created)
  redis.call('HINCRBY', lanes, project, 1)
  redis.call('ZADD', enqueued, created, id)
  redis.call('HSET', jobs .. id, 'name', 'run', 'data', '{}', 'opts', '{}', 'timestamp', created, 'delay', 0, 'priority', 0)
  redis.call('LPUSH', jobs .. 'wait', id)
  redis.call('ZADD', jobs .. 'marker', 0, '0')
end

-- A run leaves the state queued, wherever it stood.
local function leave_queue(id, project)
  redis.call('ZREM', runs_in(project, 'queued'), id)
  if redis.call('ZREM', enqueued, id) == 1 then
    if redis.call('HINCRBY', lanes, project, -1) <= 0 then redis.call('HDEL', lanes, project) end
  else
    redis.call('ZREM', lane_of(project), id)
  end
  redis.call('HINCRBY', lanes, '*', -1)
end

-- Lets up to two runs in from a project's lane, while its window has room. Two, so that a lane that lost its pace
-- catches up.
local function refill(project, window)
  for _ = 1, 2 do
    if redis.call('EXISTS', lane_of(project)) == 0 then return end
    if tonumber(redis.call('HGET', lanes, project) or '0') >= tonumber(window) then return end
    local id = redis.call('ZPOPMIN', lane_of(project))[1]
    -- By the time the run was made, which its id begins with.
    local created = tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16)
    if redis.call('EXISTS', run_key(id)) == 1 then enqueue(id, project, created) end
  end
end

-- The job of a run that has ended, or that is not there, has nothing to deliver any more.
local function remove_active_job(id)
  redis.call('LREM', jobs .. 'active', -1, id)
  redis.call('UNLINK', jobs .. id, jobs .. id .. ':lock')
end

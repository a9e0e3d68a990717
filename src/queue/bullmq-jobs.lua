-- Functions on BullMQ's jobs, for the scripts of runs. A job is in one of: wait (a list, the next job at its right end),
-- prioritized (a sorted set), active (a list), delayed (a sorted set, scored by its time times 4096). An active job has a
-- lock with its worker's token. The marker wakes a waiting worker: its member '0' says that there is work now, its member
-- '1' when there will be.
local call = redis.call

-- Makes the hash of a run's job. Returns the time of the run's creation in ms, with which its id begins.
local function make_job(id)
  local created = string.format('%.0f', tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16))
  call('HSET', key.job(id), 'name', 'run', 'data', '{}', 'opts', '{}', 'timestamp', created, 'delay', '0', 'priority', '0')
  return created
end

local function wake_worker() call('ZADD', key.marker, '0', '0') end

-- True when the queue is paused or limited (`setGlobalConcurrency`, `setGlobalRateLimit`).
local function is_restricted()
  local meta = call('HMGET', key.meta, 'paused', 'concurrency', 'max')
  return (meta[1] or meta[2] or meta[3]) and true or false
end

-- Returns how many of `most` jobs may become active now. When fewer than `most`, also after how many ms to try again; 0
-- while the queue is paused, since BullMQ's resume wakes a worker.
local POLL_MS = 100
local function admit(most)
  local meta = call('HMGET', key.meta, 'paused', 'concurrency', 'max', 'duration')
  if meta[1] then return 0, 0 end
  local again = nil
  if meta[2] then
    local room = meta[2] - call('LLEN', key.active)
    if room < most then most, again = room, POLL_MS end
  end
  if meta[3] then
    local room = meta[3] - (call('GET', key.limiter) or 0)
    if room < most then most, again = room, math.max(1, call('PTTL', key.limiter)) end
  end
  return math.max(0, most), again, meta[3] and tonumber(meta[4])
end

-- Counts jobs that became active against the rate limit, if there is one: its window begins with the first job, and lasts
-- `duration` ms.
local function count_started(jobs, duration)
  if duration and call('INCRBY', key.limiter, jobs) == jobs then call('PEXPIRE', key.limiter, duration) end
end

-- Moves jobs that are due from delayed to wait, or to prioritized. Returns when the next one is due, in ms; 0 for none.
local function promote_due(now)
  local function next_due() return call('ZRANGE', key.delayed, '0', '0', 'WITHSCORES')[2] end
  local due = next_due()
  if due and due / 4096 <= tonumber(now) then
    for _, id in ipairs(call('ZRANGEBYSCORE', key.delayed, '0', (now + 1) * 4096 - 1, 'LIMIT', '0', '1000')) do
      call('ZREM', key.delayed, id)
      local priority = tonumber(call('HGET', key.job(id), 'priority') or '0')
      call('HSET', key.job(id), 'delay', '0')
      if priority > 0 then
        call('ZADD', key.prioritized, priority * 0x100000000 + call('INCR', key.priority_counter) % 0x100000000, id)
      else
        call('LPUSH', key.wait, id)
      end
    end
    due = next_due()
  end
  return due and math.ceil(due / 4096) or 0
end

-- Makes up to `most` jobs active, oldest first; jobs without a priority go before the others, as in BullMQ.
local function activate(most)
  if most < 1 then return {} end
  local ids = call('RPOP', key.wait, most) or {}
  if #ids < most then
    for at, id in ipairs(call('ZPOPMIN', key.prioritized, most - #ids)) do
      -- ZPOPMIN returns each member followed by its score.
      if at % 2 == 1 then ids[#ids + 1] = id end
    end
  end
  if #ids > 0 then call('LPUSH', key.active, unpack(ids)) end
  return ids
end

local function lock_job(id, token, lock_ms) call('SET', key.lock(id), token, 'PX', lock_ms) end

local function is_work_left() return call('LLEN', key.wait) > 0 or call('EXISTS', key.prioritized) == 1 end

-- Takes a job out of the queue, and its lock from its worker. The job may be active, or in wait, prioritized or delayed
-- again after it stalled. When it was removed meanwhile, its hash is made again, since the run still needs a job.
local function reclaim_job(id)
  call('UNLINK', key.lock(id))
  call('SREM', key.stalled, id)
  if call('LREM', key.active, '-1', id) == 0 and call('LREM', key.wait, '1', id) == 0 then
    call('ZREM', key.prioritized, id)
    call('ZREM', key.delayed, id)
  end
  if call('EXISTS', key.job(id)) == 0 then make_job(id) end
end

-- Puts a job back into wait, where it is the next one.
local function return_job(id)
  reclaim_job(id)
  call('RPUSH', key.wait, id)
  if not is_restricted() then wake_worker() end
end

-- Puts a job back into delayed: it is due `delay` ms from now, at the time `due`.
local function delay_job(id, due, delay)
  reclaim_job(id)
  call('HSET', key.job(id), 'delay', delay)
  call('ZADD', key.delayed, due * 4096, id)
  call('ZADD', key.marker, call('ZRANGE', key.delayed, '0', '0', 'WITHSCORES')[2] / 4096, '1')
end

-- Removes active jobs, with their locks: their runs have ended, or have no record.
local function remove_active_jobs(ids)
  local keys = {}
  for at, id in ipairs(ids) do
    call('LREM', key.active, '-1', id)
    keys[2 * at - 1] = key.job(id)
    keys[2 * at] = key.lock(id)
  end
  call('UNLINK', unpack(keys))
end

-- Removes a job that no worker has.
local function remove_queued_job(id)
  if call('LREM', key.wait, '1', id) == 0 and call('ZREM', key.delayed, id) == 0 then
    call('ZREM', key.prioritized, id)
  end
  call('UNLINK', key.job(id))
end

-- True when a job is queued or active. Its hash alone does not say so: a worker that is not Splitrun's leaves the hash
-- when it completes or fails a job.
local function is_job_alive(id)
  return (call('LPOS', key.wait, id)
    or call('ZSCORE', key.delayed, id)
    or call('ZSCORE', key.prioritized, id)
    or call('LPOS', key.active, id)) and true or false
end

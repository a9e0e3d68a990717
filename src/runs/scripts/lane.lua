-- What the scripts share that move runs into, through and out of the queue.
--
-- Fairness: at most a window of each project's queued runs have a job at a time; the others stand in the project's
-- lane, in the order they came, and each one that leaves lets the next one in. So whoever comes with a single run
-- finds a queue that is as long as the number of busy projects times the window, never as long as a backlog.

-- A run leaves the state queued, wherever it stood.
local function leave_queue(queued, lane, lanes, enqueued, project, id)
  redis.call('ZREM', queued, id)
  if redis.call('ZREM', enqueued, id) == 1 then
    if redis.call('HINCRBY', lanes, project, -1) <= 0 then redis.call('HDEL', lanes, project) end
  else
    redis.call('ZREM', lane, id)
  end
  redis.call('HINCRBY', lanes, '*', -1)
end

-- Lets up to two runs in from a project's lane, while its window has room. Returns {id, request, ...} of those that
-- need a job now. Two, so that a lane that lost its pace catches up.
local function refill(lane, lanes, enqueued, project, window, run_prefix)
  local entered = {}
  while #entered < 4 and tonumber(redis.call('HGET', lanes, project) or '0') < tonumber(window) do
    local next = redis.call('ZPOPMIN', lane)[1]
    if not next then break end
    local request = redis.call('HGET', run_prefix .. next, 'request')
    if request then
      redis.call('HINCRBY', lanes, project, 1)
      -- Scored like all others by the time the run was made, which its id begins with.
      redis.call('ZADD', enqueued, tonumber(string.sub(next, 1, 8) .. string.sub(next, 10, 13), 16), next)
      entered[#entered + 1] = next
      entered[#entered + 1] = request
    end
  end
  return entered
end

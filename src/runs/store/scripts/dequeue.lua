-- Claims runs from the queue for one worker, oldest first. The job is locked for the worker. Its run, which is queued,
-- or running when its worker was lost, becomes running with a new fence and an open attempt. The revision stays the
-- same from the first claim on, so that every attempt uses the same one.
-- ARGV: worker, now, most claims of a run, window, most runs to claim, token for the jobs' locks, their time in ms,
--   then only when runs may be dispatched to the worker: how many dispatched runs it has received, how many runs it has
--   room for.
-- Returns {when to dequeue again without being woken (ms, 0 for never), 1 when the queue is empty, then for each run a
--   list: id, fence, request, revision, attempts so far as lines of JSON, time of the first claim, 1 when its claims are
--   exhausted, 1 when it is to be cancelled}.
local worker, now, window = ARGV[1], ARGV[2], tonumber(ARGV[4])

local most, again, duration = admit(tonumber(ARGV[5]))
if again == 0 then return { 0, 1 } end
local reply = { promote_due(now), 1 }

-- When jobs are left, another waiting worker is woken for them. When none is left, runs may be dispatched to this worker.
local function finish()
  if again then
    -- The queue is limited: dequeue again when it admits more.
    reply[1] = math.min(reply[1] > 0 and reply[1] or math.huge, now + again)
  elseif is_work_left() then
    reply[2] = 0
    wake_worker()
  elseif ARGV[8] then
    announce_capacity(worker, ARGV[8], ARGV[9] - (#reply - 2), ARGV[7])
  end
  return reply
end

local ids = activate(most)
if #ids == 0 then return finish() end
count_started(#ids, duration)

local claim_times, deleted, leaving = {}, {}, {}

local function claim(id)
  local run = key.run(id)
  local found = call('HMGET', run, 'status', 'request', 'revision', 'attempts', 'claimed', 'cancel', 'fence', 'claims')
  local status, request = found[1], found[2]
  -- The ids come first in a request; the caller's inputs, which may contain anything, come after them.
  local project = string.match(request or '', '^{"id":"[^"]*","org":"[^"]*","project":"([^"]*)"')
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
  if status == 'queued' then table.insert(list_in(leaving, project), id) end
  reply[#reply + 1] = { id, fence, request, found[3] or '', earlier, claimed, exhausted, found[6] and 1 or 0 }
end

for _, id in ipairs(ids) do claim(id) end
if #deleted > 0 then remove_active_jobs(deleted) end
if #claim_times > 0 then call('ZADD', key.running, unpack(claim_times)) end
for project, left in pairs(leaving) do
  leave_queue(project, left)
  add_to_index(key.runs_in(project, 'running'), left)
  refill(project, window, 2 * #left)
end
return finish()

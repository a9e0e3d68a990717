-- Takes runs from the queue for one worker, first come, first served: each job becomes the worker's, and its run, queued
-- or (after its owner was lost) running, becomes running with a new fence, its new attempt open. The revision that was
-- drawn stays from the first claim on, so that every attempt runs the same one.
-- ARGV: worker, now, most claims of a run, window, how many at most, token for the jobs' locks, their time in ms, then
--   unless the worker may not be handed runs: how many it was handed so far, how many more than those taken it has room for.
-- Returns {when the next job that was put off is due (ms, 0 for none), 1 when nothing is left, then for each run a
--   list: id, fence, request, revision, attempts so far as lines of JSON, time of the first claim, 1 when its claims are
--   used up, 1 when it is to be cancelled}.
local worker, now, window = ARGV[1], ARGV[2], tonumber(ARGV[4])
local taken = { 0, 1 }
if call('HEXISTS', jobs .. 'meta', 'paused') == 1 then return taken end

-- What is left is for other workers that wait, who are woken; when nothing is left, this one may be handed what comes.
local function finish()
  if call('LLEN', jobs .. 'wait') > 0 then
    taken[2] = 0
    call('ZADD', jobs .. 'marker', '0', '0')
  elseif ARGV[8] then
    offer(worker, ARGV[8], ARGV[9] - (#taken - 2), ARGV[7])
  end
  return taken
end

-- BullMQ scores what is put off by its time, times 4096.
local next_due = call('ZRANGE', jobs .. 'delayed', '0', '0', 'WITHSCORES')[2]
if next_due and next_due / 4096 <= tonumber(now) then
  for _, id in ipairs(call('ZRANGEBYSCORE', jobs .. 'delayed', '0', (now + 1) * 4096 - 1, 'LIMIT', '0', '1000')) do
    call('ZREM', jobs .. 'delayed', id)
    call('HSET', jobs .. id, 'delay', '0')
    call('LPUSH', jobs .. 'wait', id)
  end
  next_due = call('ZRANGE', jobs .. 'delayed', '0', '0', 'WITHSCORES')[2]
end
if next_due then taken[1] = math.ceil(next_due / 4096) end

local ids = call('RPOP', jobs .. 'wait', ARGV[5])
if not ids or #ids == 0 then return finish() end
call('LPUSH', jobs .. 'active', unpack(ids))

local claimed_now, gone, leaving = {}, {}, {}

local function claim(id)
  local found = call('HMGET', run_key(id), 'status', 'request', 'revision', 'attempts', 'claimed', 'cancel', 'fence', 'claims')
  local status, request = found[1], found[2]
  -- A request begins like this; inputs, which are the caller's, come later.
  local project = string.match(request or '', '^{"id":"[^"]*","org":"[^"]*","project":"([^"]*)"')
  if not project or (status ~= 'queued' and status ~= 'running') then
    gone[#gone + 1] = id
    return
  end
  local fence = (found[7] or 0) + 1
  local claims = (found[8] or 0) + 1
  local earlier = found[4] or ''
  local claimed = found[5] or now
  local spent = claims > tonumber(ARGV[3]) and 1 or 0
  local open = ''
  if spent == 0 then
    open = open_attempt(select(2, string.gsub(earlier, '\n', '\n')) + 1, fence, worker, now)
  end
  call('HSET', run_key(id), 'status', 'running', 'fence', fence, 'claims', claims, 'claimed', claimed, 'attempts', earlier .. open)
  call('SET', jobs .. id .. ':lock', ARGV[6], 'PX', ARGV[7])
  claimed_now[#claimed_now + 1] = now
  claimed_now[#claimed_now + 1] = id
  if status == 'queued' then table.insert(list_in(leaving, project), id) end
  taken[#taken + 1] = { id, fence, request, found[3] or '', earlier, claimed, spent, found[6] and 1 or 0 }
end

for _, id in ipairs(ids) do claim(id) end
if #gone > 0 then remove_active_jobs(gone) end
if #claimed_now > 0 then call('ZADD', shard .. 'running', unpack(claimed_now)) end
for project, left in pairs(leaving) do
  leave_queue(project, left)
  add_ids(runs_in(project, 'running'), left)
  refill(project, window, 2 * #left)
end
return finish()

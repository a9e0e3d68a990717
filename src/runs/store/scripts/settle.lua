-- Ends runs, each once: refuses a stale fence, writes the result, puts its numbers down for the rollups, removes its job
-- and tells the waiting processes, all in one step.
-- ARGV: retention in ms, window, the worker that has room for more runs ('' for none), how many it was handed so far,
--   how many it has room for when these have ended, the time of its locks in ms, then per run: id, fence ('' for a run that no worker has: it must be queued), project,
--   status, result, attempts, '1' when the result travels with the reply, tally ('' for none).
-- Returns for each run 1, or 0 when it is no longer this claim's.
local window = tonumber(ARGV[2])
local ended, tallies = {}, {}
local running, replies = {}, {}

-- A list of runs that failed is as long as retention, too.
local function sweep(index)
  for _, oldest in ipairs(call('ZRANGE', index, '0', '1')) do
    if call('EXISTS', run_key(oldest)) == 0 then call('ZREM', index, oldest) end
  end
end

local function settle(id, fence, project, status, result, attempts, inline, tally)
  local run = run_key(id)
  local found = call('HMGET', run, 'status', 'fence', 'watchers', 'revision')
  if fence == '' then
    if found[1] ~= 'queued' then return 0 end
    leave_queue(project, { id })
    refill(project, window, 2)
  else
    if found[1] ~= 'running' or found[2] ~= fence then return 0 end
    table.insert(list_in(running, project), id)
    ended[#ended + 1] = id
  end
  call('HSET', run, 'status', status, 'result', result, 'attempts', attempts)
  call('PEXPIRE', run, ARGV[1])
  if status ~= 'succeeded' then
    sweep(runs_in(project, status))
    call('ZADD', runs_in(project, status), '0', id)
  end
  if tally ~= '' then tallies[#tallies + 1] = tally end
  for watcher in string.gmatch(found[3] or '', '[^,]+') do
    local entry = list_in(replies, watcher)
    local size = #entry
    entry[size + 1], entry[size + 2] = id, found[4] or ''
    entry[size + 3], entry[size + 4] = inline == '1' and result or '', attempts
  end
  return 1
end

local outcomes = {}
for at = 7, #ARGV, 8 do outcomes[#outcomes + 1] = settle(unpack(ARGV, at, at + 7)) end

for project, ids in pairs(running) do call('ZREM', runs_in(project, 'running'), unpack(ids)) end
if #ended > 0 then
  call('ZREM', shard .. 'running', unpack(ended))
  remove_active_jobs(ended)
end
if #tallies > 0 then call('RPUSH', shard .. 'tallies', unpack(tallies)) end
-- One message for all that a process hears of now. Neither ids nor JSON have a zero byte.
for watcher, entry in pairs(replies) do call(publish, shard .. 'reply:' .. watcher, table.concat(entry, '\0')) end
if ARGV[3] ~= '' then offer(ARGV[3], ARGV[4], ARGV[5], ARGV[6]) end
return outcomes

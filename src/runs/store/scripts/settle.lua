-- Ends runs, each once: checks the fence, writes the result, stores the delta for the totals, removes the job and sends
-- the replies, all in one step.
-- ARGV: retention in ms, window, the worker that announces its capacity ('' for none), how many dispatched runs it has
--   received, how many it has room for when these have ended, the time of its locks in ms, models that it has no room
--   for, the time until which these runs are kept, for `kept_bytes` and `file_bytes`, then for each run: id, fence ('': the run must be queued), project, status, result, attempts, '1' when the
--   result is sent with the reply, delta ('' for none), bytes of its request; when its fence is '', the
--   revision that it was read with instead.
-- Returns for each run 1, or 0 when the fence is stale, or the run is not queued as it was when it was read.
local window = tonumber(ARGV[2])
-- How long what a run said is kept beyond its end: who watched it and was away in that moment comes again a second later.
local SAID_MS = '5000'
local ended, deltas, kept = {}, {}, {}
local running, replies = {}, {}

-- Counts the files of a run until the time when all of it is removed, which nobody knew before.
local function keep_files(project, until_latest, bytes)
  local counted = key.file_bytes(project)
  call('HINCRBY', counted, ARGV[8], bytes)
  if call('HINCRBY', counted, until_latest, -bytes) == 0 then call('HDEL', counted, until_latest) end
end

local function settle(id, fence, project, status, result, attempts, inline, delta, bytes)
  local run = key.run(id)
  local found = call('HMGET', run, 'status', 'fence', 'watchers', 'revision', 'live', 'file_bytes')
  -- Until the first claim, which makes the fence, the stored revision is only a forecast.
  local revision = found[2] and found[4] or ''
  if fence == '' then
    if found[1] ~= 'queued' then return 0 end
    -- A worker may have had it since: then it has other attempts, or a revision, and result and delta are wrong.
    local _, seen = string.gsub(attempts, '\n', '\n')
    local _, made = string.gsub(call('HGET', run, 'attempts') or '', '\n', '\n')
    if made ~= seen or revision ~= bytes then return 0 end
    local model = call('HGET', run, 'model') or ''
    bytes = call('HSTRLEN', run, 'request')
    leave_queue(project, model, { id }, bytes)
    remove_queued_job(id)
    refill(project, model, window, 2)
  else
    if found[1] ~= 'running' or found[2] ~= fence then return 0 end
    table.insert(list_in(running, project), id)
    ended[#ended + 1] = id
  end
  call('HSET', run, 'status', status, 'result', result, 'attempts', attempts)
  call('PEXPIRE', run, ARGV[1])
  if found[5] then call('PEXPIRE', key.live(id), SAID_MS) end
  kept[project] = (kept[project] or 0) + bytes + #result + #attempts
  if found[6] then keep_files(project, string.match(found[6], '^(.*):(.*)$')) end
  if status ~= 'succeeded' then call('ZADD', key.runs_in(project, status), '0', id) end
  if delta ~= '' then deltas[#deltas + 1] = delta end
  for watcher in string.gmatch(found[3] or '', '[^,]+') do
    local entry = list_in(replies, watcher)
    local size = #entry
    entry[size + 1], entry[size + 2] = id, revision
    entry[size + 3], entry[size + 4] = inline == '1' and result or '', attempts
  end
  return 1
end

local outcomes = {}
for at = 9, #ARGV, 9 do outcomes[#outcomes + 1] = settle(unpack(ARGV, at, at + 8)) end

for project, bytes in pairs(kept) do call('HINCRBY', key.kept_bytes(project), ARGV[8], bytes) end
for project, ids in pairs(running) do call('ZREM', key.runs_in(project, 'running'), unpack(ids)) end
if #ended > 0 then
  call('ZREM', key.running, unpack(ended))
  remove_active_jobs(ended)
end
if #deltas > 0 then call('RPUSH', key.deltas, unpack(deltas)) end
-- One message to each process, about all its runs. Neither ids nor JSON contain a zero byte.
for watcher, entry in pairs(replies) do send(key.replies(watcher), table.concat(entry, '\0')) end
if ARGV[3] ~= '' then announce_capacity(ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]) end
return outcomes

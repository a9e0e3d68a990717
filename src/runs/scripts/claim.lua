-- Takes a run for one worker: queued or (after its owner was lost) running -> running, with a new fence.
-- The drawn revision is kept from the first claim on, so that every attempt runs the same one.
-- KEYS: run, queued runs of the project, lane, lanes, enqueued, running runs of the project, running.
-- ARGV: run id, revision drawn ('' for none), worker, now, most claims, project, window, prefix of run keys.
-- Returns 0 when the run is not known (yet), nil when it has ended, else {fence, request, revision, attempts so far
-- as lines of JSON, time of the first claim, 1 when the claims are used up, 1 when it is to be cancelled, runs that
-- need a job now as {id, request, ...}}. The new attempt is open when it returns.
local found = redis.call('HMGET', KEYS[1], 'status', 'request', 'revision', 'attempts', 'claimed', 'cancel')
local status = found[1]
if not status then return 0 end
if status ~= 'queued' and status ~= 'running' then return nil end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local claims = redis.call('HINCRBY', KEYS[1], 'claims', 1)
local revision = found[3]
if not revision then
  revision = ARGV[2]
  if revision ~= '' then redis.call('HSET', KEYS[1], 'revision', revision) end
end
local earlier = found[4] or ''
local number = select(2, string.gsub(earlier, '\n', '\n')) + 1
local claimed = found[5] or ARGV[4]
local spent = claims > tonumber(ARGV[5]) and 1 or 0
local open = ''
if spent == 0 then
  -- One line of JSON per attempt: appending needs no decoding.
  open = string.format('{"number":%d,"fence":%d,"worker":"%s","started":%s,"ended":null,"outcome":"open","model":null,"inputTokens":0,"outputTokens":0}\n', number, fence, ARGV[3], ARGV[4])
end
redis.call('HSET', KEYS[1], 'status', 'running', 'claimed', claimed, 'attempts', earlier .. open)
redis.call('ZADD', KEYS[7], ARGV[4], ARGV[1])
local entered = {}
if status == 'queued' then
  leave_queue(KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[6], ARGV[1])
  redis.call('ZADD', KEYS[6], 0, ARGV[1])
  entered = refill(KEYS[3], KEYS[4], KEYS[5], ARGV[6], ARGV[7], ARGV[8])
end
return { fence, found[2], revision, earlier, claimed, spent, found[6] and 1 or 0, entered }

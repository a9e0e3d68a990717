-- Counts a file that was stored for a run. ARGV: run id, bytes, the time until which those of a run count that has not
-- ended and had none before, the same of one that has ended.
-- Returns 1, or 0 when the run is gone.
local run, bytes = key.run(ARGV[1]), ARGV[2]
local status, request, counted = unpack(redis.call('HMGET', run, 'status', 'request', 'file_bytes'))
if not status then return 0 end
local of_project = key.file_bytes(string.match(request, '"project":"([^"]*)"'))
if status ~= 'running' and status ~= 'queued' then
  redis.call('HINCRBY', of_project, ARGV[4], bytes)
  return 1
end
local latest, before = string.match(counted or ARGV[3] .. ':0', '^(.*):(.*)$')
redis.call('HSET', run, 'file_bytes', latest .. ':' .. string.format('%d', before + bytes))
redis.call('HINCRBY', of_project, latest, bytes)
return 1

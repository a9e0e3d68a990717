-- Replaces the feedback on a run that is in its record, and stores its delta. ARGV: run id, the feedback before ('' for
-- none), the feedback now, its delta ('' for none).
-- Returns 1, 0 when the feedback is another one, 2 when the run has no record.
local run = key.run(ARGV[1])
local found = redis.call('HMGET', run, 'status', 'feedback')
if not found[1] then return 2 end
if (found[2] or '') ~= ARGV[2] then return 0 end
redis.call('HSET', run, 'feedback', ARGV[3])
if ARGV[4] ~= '' then redis.call('RPUSH', key.deltas, ARGV[4]) end
return 1

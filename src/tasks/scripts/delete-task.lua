-- Removes a task with all its revisions. KEYS: task, tasks of the project, task names of the project, revisions of
-- the task. ARGV: task id, prefix of revision keys. Returns 1, or 0 when there is no such task.
local name = redis.call('HGET', KEYS[1], 'name')
if not name then return 0 end
for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do redis.call('DEL', ARGV[2] .. id) end
redis.call('DEL', KEYS[1], KEYS[4])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], name)
return 1

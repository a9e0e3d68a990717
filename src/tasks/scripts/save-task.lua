-- Creates or changes a task, and perhaps adds a revision, in one step.
-- KEYS: task, tasks of the project, task names of the project, revisions of the task, new revision.
-- ARGV: task id, name, task as JSON, version expected ('0' to create), id of the new revision ('' for none), the
--   new revision as JSON, most revisions.
-- Returns the new version, or 'name' (taken), 'version' (somebody was faster), 'exists', 'revisions' (too many).
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[4] then return ARGV[4] == '0' and 'exists' or 'version' end
local owner = redis.call('HGET', KEYS[3], ARGV[2])
if owner and owner ~= ARGV[1] then return 'name' end
if ARGV[5] ~= '' then
  if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[7]) then return 'revisions' end
  redis.call('SET', KEYS[5], ARGV[6])
  redis.call('ZADD', KEYS[4], 0, ARGV[5])
end
local before = redis.call('HGET', KEYS[1], 'name')
if before and before ~= ARGV[2] then redis.call('HDEL', KEYS[3], before) end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('HSET', KEYS[1], 'task', ARGV[3], 'name', ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'version', 1)

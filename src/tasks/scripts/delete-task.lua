-- Removes a task with all its revisions and with what tags were on them; of the revisions, digests stay. KEYS: task,
-- tasks of the project, task names of the project, revisions of the task, tagging of the task, gone revisions.
-- ARGV: task id, version expected ('' for any), prefix of revision keys, prefix of the keys of bearers.
-- Returns 1; 0 when there is no such task, -1 when it has another version.
local name, version = unpack(redis.call('HMGET', KEYS[1], 'name', 'version'))
if not name then return 0 end
if ARGV[2] ~= '' and ARGV[2] ~= version then return -1 end
for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
  redis.call('HSET', KEYS[6], id, redis.sha1hex(redis.call('GET', ARGV[3] .. id) or ''))
  redis.call('DEL', ARGV[3] .. id)
end
for _, pair in ipairs(redis.call('ZRANGE', KEYS[5], 0, -1)) do
  local entity, tag = pair:sub(1, 36), pair:sub(38)
  redis.call('ZREM', ARGV[4] .. tag, ARGV[1] .. '/' .. entity)
end
redis.call('DEL', KEYS[1], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], name)
return 1

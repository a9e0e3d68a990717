-- Deletes a task with its revisions, and removes their tags. The digests of the revisions are kept.
-- ARGV: task id, version expected ('' for any).
-- Returns 1; 0 when there is no such task, -1 when it has another version.
local task = ARGV[1]
local name, version, alias = unpack(call('HMGET', key.task(task), 'name', 'version', 'alias'))
if not name then return 0 end
if ARGV[2] ~= '' and ARGV[2] ~= version then return -1 end
for _, id in ipairs(call('ZRANGE', key.revisions(task), 0, -1)) do
  call('HSET', key.deleted_revisions, id, redis.sha1hex(call('GET', key.revision(id)) or ''))
  call('DEL', key.revision(id))
end
for _, pair in ipairs(call('ZRANGE', key.tagging(task), 0, -1)) do
  local entity, tag = split_pair(pair)
  untag(task, entity, tag)
end
call('DEL', key.task(task), key.revisions(task), key.tagging(task), key.traffic_history(task))
call('ZREM', key.tasks, task)
call('HDEL', key.names, name)
if alias then call('HDEL', key.aliases, alias) end
return 1

-- Deletes a task with its revisions, and removes their tags. The digests of the revisions are kept.
-- ARGV: task id, version expected ('' for any), most digests that are kept.
-- Returns 1; 0 when there is no such task, -1 when it has another version.
local task = ARGV[1]
local name, version, alias = unpack(call('HMGET', key.task(task), 'name', 'version', 'alias'))
if not name then return 0 end
if ARGV[2] ~= '' and ARGV[2] ~= version then return -1 end
local now = call('TIME')[1]
for _, id in ipairs(call('ZRANGE', key.revisions(task), 0, -1)) do
  call('HSET', key.deleted_revisions, id, redis.sha1hex(call('GET', key.revision(id)) or ''))
  call('ZADD', key.deletions, now, id)
  call('DEL', key.revision(id))
end
local excess = call('ZCARD', key.deletions) - ARGV[3]
local forgotten = excess > 0 and call('ZPOPMIN', key.deletions, excess) or {}
for at = 1, #forgotten, 2 do call('HDEL', key.deleted_revisions, forgotten[at]) end
for _, pair in ipairs(call('ZRANGE', key.tagging(task), 0, -1)) do
  local entity, tag = split_pair(pair)
  untag(task, entity, tag)
end
resize(task, -(call('HGET', key.task_sizes, task) or 0))
call('HDEL', key.task_sizes, task)
call('DEL', key.task(task), key.revisions(task), key.tagging(task), key.traffic_history(task))
call('ZREM', key.tasks, task)
if call('ZCARD', key.tasks) == 0 then call('DEL', key.task_sizes) end
call('HDEL', key.names, name)
if alias then call('HDEL', key.aliases, alias) end
return 1

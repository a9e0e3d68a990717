-- Counts what a task takes, if it is not counted yet; see `taskSizes`. ARGV: task id.
local task = ARGV[1]
if call('EXISTS', key.task(task)) == 0 or call('HEXISTS', key.task_sizes, task) == 1 then return end
local bytes = THING + call('HSTRLEN', key.task(task), 'task') + THING * call('ZCARD', key.tagging(task))
for _, id in ipairs(call('ZRANGE', key.revisions(task), 0, -1)) do
  bytes = bytes + THING + call('STRLEN', key.revision(id))
end
for _, change in ipairs(call('LRANGE', key.traffic_history(task), 0, -1)) do bytes = bytes + size_of_change(change) end
begin_size(task, bytes)

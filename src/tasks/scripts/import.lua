-- Writes a piece of a planned import into a project in one step, if the state that it was planned from has not changed.
-- ARGV: the plan as JSON, of the shape of `ImportWrite` in import-write.ts; most changes of weights that are kept.
-- Returns 1, or 0 when the state has changed; then nothing was written.
local plan = cjson.decode(ARGV[1])

local made = {}
for _, tag in ipairs(plan.tags) do
  local expected = not tag.create and tag.id or false
  if call('HGET', key.tag_names(tag.kind), tag.name) ~= expected then return 0 end
  -- No tags of the two kinds may have the same id: the entities of a tag are found by its id alone.
  for _, kind in ipairs(tag.create and { 'task', 'task_revision' } or {}) do
    if call('HEXISTS', key.tags(kind), tag.id) == 1 then return 0 end
  end
  if tag.create then
    made[tag.id] = true
    if tag.parent ~= '' and not made[tag.parent] and call('HEXISTS', key.tags(tag.kind), tag.parent) == 0 then return 0 end
  end
end
for _, task in ipairs(plan.tasks) do
  local found = call('HMGET', key.task(task.id), 'version', 'name')
  if (found[1] or '0') ~= task.version then return 0 end
  local owner = call('HGET', key.names, task.name)
  if owner ~= (found[2] == task.name and task.id or false) then return 0 end
  if task.alias ~= '' and (call('HGET', key.aliases, task.alias) or task.id) ~= task.id then return 0 end
  for _, revision in ipairs(task.revisions) do
    if call('EXISTS', key.revision(revision.id)) == 1 then return 0 end
  end
  if task.version ~= '0' and table.concat(call('ZRANGE', key.tagging(task.id), 0, -1), ' ') ~= task.tagging then return 0 end
end

for _, tag in ipairs(plan.tags) do
  if tag.create then put_tag(tag.kind, tag.id, tag.name, tag.json) end
end
for _, task in ipairs(plan.tasks) do
  put_task(task.id, task.name, task.alias, task.json)
  if task.change ~= '' then add_change(task.id, task.change, ARGV[2]) end
  for _, revision in ipairs(task.revisions) do add_revision(task.id, revision.id, revision.json) end
  for _, pair in ipairs(task.tags_removed) do untag(task.id, pair[1], pair[2]) end
  for _, pair in ipairs(task.tags_added) do add_tag(task.id, pair[1], pair[2]) end
end
return 1

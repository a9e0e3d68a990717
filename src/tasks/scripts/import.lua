-- Writes a piece of a planned import into a project in one step, if the state that it was planned from has not changed.
-- ARGV: the plan as JSON, of the shape of `ImportWrite` in import-write.ts; most changes of weights that are kept; 'measure'
--   to write nothing, else most tasks, most bytes of all tasks, and most tags of a kind.
-- Returns 1; 0 when the state has changed, or there is no room: then nothing was written; or 'uncounted' (see is_counted).
--   Of 'measure': how many tasks and how many bytes there would be more, and how many of both there are.
local plan = cjson.decode(ARGV[1])
if not is_counted() then return 'uncounted' end

local tasks, bytes = call('ZCARD', key.tasks), size_of_all()
local new, grown = 0, 0
for _, task in ipairs(plan.tasks) do
  if task.version == '0' then new = new + 1 end
  grown = grown + growth(task.id, task.json, task.revisions, task.change, tonumber(ARGV[2]))
  for _, change in ipairs(task.more_changes or {}) do grown = grown + size_of_change(change) end
  grown = grown + THING * (#task.tags_added - #task.tags_removed)
end
if ARGV[3] == 'measure' then return { new, grown, tasks, bytes } end
if new > 0 and tasks + new > tonumber(ARGV[3]) then return 0 end
if grown > 0 and bytes + grown > tonumber(ARGV[4]) then return 0 end

local made, tags_made = {}, { task = 0, task_revision = 0 }
for _, tag in ipairs(plan.tags) do
  local expected = not tag.create and tag.id or false
  if call('HGET', key.tag_names(tag.kind), tag.name) ~= expected then return 0 end
  -- No tags of the two kinds may have the same id: the entities of a tag are found by its id alone.
  for _, kind in ipairs(tag.create and { 'task', 'task_revision' } or {}) do
    if call('HEXISTS', key.tags(kind), tag.id) == 1 then return 0 end
  end
  if tag.create then
    made[tag.id] = true
    tags_made[tag.kind] = tags_made[tag.kind] + 1
    if tag.parent ~= '' and not made[tag.parent] and call('HEXISTS', key.tags(tag.kind), tag.parent) == 0 then return 0 end
  end
end
for kind, number in pairs(tags_made) do
  if number > 0 and call('HLEN', key.tags(kind)) + number > tonumber(ARGV[5]) then return 0 end
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

-- Deletes a tag, and removes it from all tasks or revisions. Tags below it have no parent from then on. ARGV: kind, tag
-- id. Returns 1, or 0 when there is no such tag.
local kind, tag = ARGV[1], ARGV[2]
local before = call('HGET', key.tags(kind), tag)
if not before then return 0 end
for _, pair in ipairs(call('ZRANGE', key.tagged_entities(tag), 0, -1)) do
  local task, entity = split_pair(pair)
  untag(task, entity, tag)
end
call('HDEL', key.tags(kind), tag)
local all = call('HGETALL', key.tags(kind))
for at = 2, #all, 2 do
  if all[at]:find('"parent_id":"' .. tag .. '"', 1, true) then
    call('HSET', key.tags(kind), all[at - 1], without_parent(all[at]))
  end
end
call('HDEL', key.tag_names(kind), cjson.decode(before).name)
return 1

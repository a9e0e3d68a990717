-- Deletes a tag, and removes it from all tasks or revisions. ARGV: kind, tag id. Returns 1, or 0 when there is no such
-- tag.
local kind, tag = ARGV[1], ARGV[2]
local before = call('HGET', key.tags(kind), tag)
if not before then return 0 end
for _, pair in ipairs(call('ZRANGE', key.tagged_entities(tag), 0, -1)) do
  local task, entity = split_pair(pair)
  untag(task, entity, tag)
end
call('HDEL', key.tags(kind), tag)
call('HDEL', key.tag_names(kind), cjson.decode(before).name)
return 1

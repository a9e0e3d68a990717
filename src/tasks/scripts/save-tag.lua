-- Creates or renames a tag. ARGV: kind, tag id, name, tag as JSON, most tags of the kind ('' to rename).
-- Returns 'saved', 'name' (another tag has it), 'many' (too many tags), or 'absent' (no tag to rename).
local kind, id, name = ARGV[1], ARGV[2], ARGV[3]
local owner = call('HGET', key.tag_names(kind), name)
if owner and owner ~= id then return 'name' end
local before = call('HGET', key.tags(kind), id)
if ARGV[5] == '' then
  if not before then return 'absent' end
  call('HDEL', key.tag_names(kind), cjson.decode(before).name)
elseif call('HLEN', key.tags(kind)) >= tonumber(ARGV[5]) then
  return 'many'
end
put_tag(kind, id, name, ARGV[4])
return 'saved'

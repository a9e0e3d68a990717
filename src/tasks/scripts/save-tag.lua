-- Creates or renames a tag. ARGV: kind, tag id, name, tag as JSON, most tags of the kind ('' to rename), parent ('' for
--   none).
-- Returns 'saved', 'name' (another tag has it), 'many' (too many tags), 'parent' (no such parent), or 'absent' (no tag to
--   rename).
local kind, id, name, json = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local is_orphan = ARGV[6] ~= '' and call('HEXISTS', key.tags(kind), ARGV[6]) == 0
local owner = call('HGET', key.tag_names(kind), name)
if owner and owner ~= id then return 'name' end
local before = call('HGET', key.tags(kind), id)
if ARGV[5] == '' then
  if not before then return 'absent' end
  call('HDEL', key.tag_names(kind), cjson.decode(before).name)
  if is_orphan then json = without_parent(json) end
elseif is_orphan then
  return 'parent'
elseif call('HLEN', key.tags(kind)) >= tonumber(ARGV[5]) then
  return 'many'
end
put_tag(kind, id, name, json)
return 'saved'

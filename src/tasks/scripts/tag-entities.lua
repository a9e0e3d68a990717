-- Adds a tag to entities, or removes it; all or none. ARGV: kind, tag id, 'add' or 'remove', then for each entity: its
-- task, its id. The task of a task is the task itself.
-- Returns 0; the number of the first entity that does not exist, from 1; or -1 when there is no such tag.
local kind, tag = ARGV[1], ARGV[2]
if call('HEXISTS', key.tags(kind), tag) == 0 then return -1 end
local own_key = kind == 'task' and key.task or key.revision
for at = 4, #ARGV, 2 do
  if call('EXISTS', own_key(ARGV[at + 1])) == 0 then return (at - 2) / 2 end
end
local change = ARGV[3] == 'add' and add_tag or untag
for at = 4, #ARGV, 2 do change(ARGV[at], ARGV[at + 1], tag) end
return 0

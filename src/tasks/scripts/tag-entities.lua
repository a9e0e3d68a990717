-- Adds a tag to entities, or removes it; all or none. ARGV: kind, tag id, 'add' or 'remove', most bytes of all tasks, then
-- for each entity: its task, its id. The task of a task is the task itself.
-- Returns 0; the number of the first entity that does not exist, from 1; -1 when there is no such tag; 'bytes'
--   where there is no room; or 'uncounted' (see is_counted).
local kind, tag, is_adding = ARGV[1], ARGV[2], ARGV[3] == 'add'
if call('HEXISTS', key.tags(kind), tag) == 0 then return -1 end
if is_adding and not is_counted() then return 'uncounted' end
local own_key = kind == 'task' and key.task or key.revision
local added, grown = {}, 0
for at = 5, #ARGV, 2 do
  local entity = ARGV[at + 1]
  if call('EXISTS', own_key(entity)) == 0 then return (at - 3) / 2 end
  if is_adding and not added[entity] and not call('ZSCORE', key.tagging(ARGV[at]), entity .. '/' .. tag) then
    added[entity], grown = true, grown + THING
  end
end
if grown > 0 and grown > ARGV[4] - size_of_all() then return 'bytes' end
local change = is_adding and add_tag or untag
for at = 5, #ARGV, 2 do change(ARGV[at], ARGV[at + 1], tag) end
return 0

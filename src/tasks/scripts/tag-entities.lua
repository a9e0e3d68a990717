-- Puts a tag on entities, or takes it off; all or none. KEYS: tags of the kind, bearers of the tag. ARGV: tag id,
-- 'add' or 'remove', prefix of the keys of taggings, then for each entity: its own key, its task, its id.
-- Returns 0; the number of the first entity that is not there, from 1; or -1 when there is no such tag.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return -1 end
for at = 4, #ARGV, 3 do
  if redis.call('EXISTS', ARGV[at]) == 0 then return (at - 1) / 3 end
end
for at = 4, #ARGV, 3 do
  local task, entity = ARGV[at + 1], ARGV[at + 2]
  local bearer, tagging = task .. '/' .. entity, entity .. '/' .. ARGV[1]
  if ARGV[2] == 'add' then
    redis.call('ZADD', KEYS[2], 0, bearer)
    redis.call('ZADD', ARGV[3] .. task, 0, tagging)
  else
    redis.call('ZREM', KEYS[2], bearer)
    redis.call('ZREM', ARGV[3] .. task, tagging)
  end
end
return 0

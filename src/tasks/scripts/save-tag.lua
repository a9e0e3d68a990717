-- Creates or renames a tag. KEYS: tags of the kind, their names. ARGV: tag id, name, tag as JSON, most tags to create
-- it among ('' to rename). Returns 'saved', 'name' (taken), 'many', or 'absent' when there is none to rename.
local owner = redis.call('HGET', KEYS[2], ARGV[2])
if owner and owner ~= ARGV[1] then return 'name' end
local before = redis.call('HGET', KEYS[1], ARGV[1])
if ARGV[4] == '' then
  if not before then return 'absent' end
  redis.call('HDEL', KEYS[2], cjson.decode(before).name)
elseif redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 'many'
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
return 'saved'

-- Removes a tag, and takes it off all that bear it. KEYS: tags of the kind, their names, bearers of the tag.
-- ARGV: tag id, prefix of the keys of taggings. Returns 1, or 0 when there is no such tag.
local before = redis.call('HGET', KEYS[1], ARGV[1])
if not before then return 0 end
for _, pair in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  local task, entity = pair:sub(1, 36), pair:sub(38)
  redis.call('ZREM', ARGV[2] .. task, entity .. '/' .. ARGV[1])
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], cjson.decode(before).name)
redis.call('DEL', KEYS[3])
return 1

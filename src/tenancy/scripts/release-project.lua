-- Ends a claim of a project's id. The id stays claimed while others of the organisation claim it, too.
-- KEYS: the record. ARGV: id of the organisation; the name of the claim.
local found = redis.call('GET', KEYS[1])
local record = found and cjson.decode(found) or {}
if record.org_id ~= ARGV[1] or not record.claim then return end
local left = {}
for name in string.gmatch(record.claim, '%S+') do
  if name ~= ARGV[2] then left[#left + 1] = name end
end
if #left == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], cjson.encode({ org_id = record.org_id, claim = table.concat(left, ' ') }), 'KEEPTTL')
end
